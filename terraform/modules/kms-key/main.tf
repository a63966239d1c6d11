resource "google_kms_crypto_key" "key" {
  name                       = var.name
  key_ring                   = var.key_ring
  purpose                    = var.purpose
  destroy_scheduled_duration = "${var.destroy_after_seconds}s"

  version_template {
    algorithm        = var.algorithm
    protection_level = "SOFTWARE"
  }

  lifecycle {
    prevent_destroy = true
  }
}
