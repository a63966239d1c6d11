resource "google_bigquery_dataset" "dataset" {
  project                     = var.project_id
  dataset_id                  = var.dataset_id
  location                    = var.location
  description                 = var.description
  default_table_expiration_ms = var.table_expiration_ms
  delete_contents_on_destroy  = false
}
