# Additive: others may hold the same roles in the project.
resource "google_project_iam_member" "project_role" {
  for_each = toset(var.project_roles)
  project  = var.project_id
  role     = each.key
  member   = google_service_account.account.member
}
