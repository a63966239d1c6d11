# What only Google needs, and a local cloud has without asking: enabled APIs, a place for code, rights of Google's own agents.

locals {
  pubsub_agent = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  # In front of every function Cloud Run logs each request with its URL and the address of who sent it. Those of collect hold the write
  # keys of beacons, and addresses of people, so none of them is stored; what collect counts is in its own log.
  requests_to_collect = {
    description = "URLs may hold write keys, and every request the address of a person."
    filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"collect\" AND log_id(\"run.googleapis.com/requests\")"
  }
}

resource "google_project_service" "api" {
  for_each = toset([
    "bigquery.googleapis.com",
    "bigqueryconnection.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
    "workflowexecutions.googleapis.com",
    "workflows.googleapis.com",
  ])
  project            = var.project_id
  service            = each.key
  disable_on_destroy = false
}

# Zips of the functions, named by their content.
resource "google_storage_bucket" "code" {
  project                     = var.project_id
  name                        = "${var.project_id}-tributary-code"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}

# BigQuery subscriptions write as Pub/Sub's own agent: https://cloud.google.com/pubsub/docs/create-bigquery-subscription
resource "google_bigquery_dataset_iam_member" "landing" {
  for_each   = toset(["raw", "platform"])
  project    = var.project_id
  dataset_id = module.dataset[each.key].dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = local.pubsub_agent
}

# It forwards dead letters too: https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions
resource "google_project_iam_member" "dead_letters" {
  for_each = toset(["roles/pubsub.publisher", "roles/pubsub.subscriber"])
  project  = var.project_id
  role     = each.key
  member   = local.pubsub_agent
}

# Privacy verifies by itself that it is BigQuery who calls; this holds where an organisation forbids functions that anyone may call.
resource "google_cloud_run_v2_service_iam_member" "reveal" {
  project  = var.project_id
  location = var.region
  name     = module.function["privacy"].name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_bigquery_connection.reveal.cloud_resource[0].service_account_id}"
}

# https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.exclusions
resource "google_logging_project_exclusion" "requests_to_collect" {
  project     = var.project_id
  name        = "tributary-requests-to-collect"
  description = local.requests_to_collect.description
  filter      = local.requests_to_collect.filter
}

# What functions and workflows log, for the search of leak canaries, which reads this dataset as it reads every other. Lines are kept for
# as long as a canary is looked for. A project exclusion is none for other sinks, so this one has its own.
# https://cloud.google.com/logging/docs/export/bigquery
resource "google_bigquery_dataset" "logs" {
  project                         = var.project_id
  dataset_id                      = "logs"
  location                        = var.region
  description                     = "What functions and workflows logged in the last days, for the search of leak canaries."
  default_partition_expiration_ms = 345600000
  delete_contents_on_destroy      = true
}

resource "google_logging_project_sink" "logs" {
  project                = var.project_id
  name                   = "tributary-logs"
  description            = "For the search of leak canaries."
  destination            = "bigquery.googleapis.com/projects/${var.project_id}/datasets/${google_bigquery_dataset.logs.dataset_id}"
  filter                 = "resource.type=\"cloud_run_revision\" OR resource.type=\"workflows.googleapis.com/Workflow\""
  unique_writer_identity = true
  bigquery_options {
    use_partitioned_tables = true
  }
  exclusions {
    name        = "requests-to-collect"
    description = local.requests_to_collect.description
    filter      = local.requests_to_collect.filter
  }
}

resource "google_bigquery_dataset_iam_member" "logs" {
  project    = var.project_id
  dataset_id = google_bigquery_dataset.logs.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_logging_project_sink.logs.writer_identity
}
