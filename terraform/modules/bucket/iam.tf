# Authoritative for its roles: nobody else reads state or keys.
resource "google_storage_bucket_iam_binding" "iam" {
  for_each = var.iam
  bucket   = google_storage_bucket.bucket.name
  role     = each.key
  members  = each.value
}
