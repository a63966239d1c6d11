output "dataset_id" {
  description = "Name of the dataset."
  value       = google_bigquery_dataset.dataset.dataset_id
}
