# Authoritative for its roles: nobody else opens what the key wraps.
resource "google_kms_crypto_key_iam_binding" "iam" {
  for_each      = var.iam
  crypto_key_id = google_kms_crypto_key.key.id
  role          = each.key
  members       = each.value
}
