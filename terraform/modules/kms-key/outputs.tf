output "id" {
  description = "Full name of the key."
  value       = google_kms_crypto_key.key.id
}
