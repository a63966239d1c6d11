resource "google_service_account" "account" {
  project      = var.project_id
  account_id   = var.account_id
  display_name = var.display_name
}
