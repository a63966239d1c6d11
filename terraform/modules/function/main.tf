# Named by its content, so that new code is a change of the plan, and old code stays to go back to.
resource "google_storage_bucket_object" "code" {
  bucket = var.code_bucket
  name   = "fn/${var.name}-${filesha256(var.zip)}.zip"
  source = var.zip
}

resource "google_cloudfunctions2_function" "function" {
  project  = var.project_id
  name     = var.name
  location = var.region

  build_config {
    runtime     = "nodejs24"
    entry_point = var.name
    # The framework lies in the zip: https://github.com/GoogleCloudPlatform/buildpacks/blob/main/pkg/nodejs/npm.go
    environment_variables = {
      GOOGLE_VENDOR_NPM_DEPENDENCIES = "true"
    }
    source {
      storage_source {
        bucket = google_storage_bucket_object.code.bucket
        object = google_storage_bucket_object.code.name
      }
    }
  }

  service_config {
    available_memory                 = var.memory
    available_cpu                    = var.cpu
    timeout_seconds                  = var.timeout
    max_instance_request_concurrency = var.concurrency
    min_instance_count               = var.min_instances
    max_instance_count               = var.max_instances
    service_account_email            = var.service_account
    environment_variables            = var.environment
    ingress_settings                 = "ALLOW_ALL"
    all_traffic_on_latest_revision   = true
  }
}
