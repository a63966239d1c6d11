# What a project needs once. Nothing here is per event type or pipeline: those are the operator's, which applies the catalog.
# The same list is laid on a local cloud by `trib up`; test/terraform compares the two resource by resource.

locals {
  # Accounts that act without a person, and what they may do in the whole project.
  service_accounts = {
    collect = {
      project_roles = ["roles/pubsub.publisher"]
    }
    metadata = {
      project_roles = [
        "roles/bigquery.dataViewer",
        "roles/bigquery.jobUser",
        "roles/workflows.invoker",
        "roles/pubsub.publisher",
      ]
    }
    privacy = {
      project_roles = [
        "roles/bigquery.dataEditor",
        "roles/bigquery.jobUser",
        # It asks for the account of the connection, the only one that it answers values to in SQL.
        "roles/bigquery.connectionUser",
        "roles/workflows.invoker",
        "roles/pubsub.publisher",
      ]
    }
    operator = {
      project_roles = [
        "roles/bigquery.admin",
        "roles/pubsub.admin",
        "roles/workflows.admin",
      ]
    }
    workflows = {
      project_roles = [
        "roles/bigquery.jobUser",
        "roles/bigquery.dataEditor",
        "roles/workflows.invoker",
        "roles/logging.logWriter",
      ]
    }
    scheduler = {
      project_roles = ["roles/workflows.invoker"]
    }
  }

  # Roles of people: who holds one may act as its account.
  people = toset(["analyst", "team", "compliance", "admin"])

  # state: live state of metadata, catalog bundles. keys: keyrings. exports: what people asked for about themselves.
  buckets = {
    state = {
      iam = { "roles/storage.objectUser" = ["collect", "metadata", "privacy", "operator"] }
    }
    keys = {
      iam = {
        "roles/storage.objectUser" = ["collect", "privacy"]
        # The boot guard reads the bucket's own settings.
        "roles/storage.legacyBucketReader" = ["collect", "privacy"]
      }
    }
    exports = {
      delete_after_days = 7
      iam               = { "roles/storage.objectUser" = ["privacy"] }
    }
  }

  # subject-kek wraps one epoch keyset per version, platform-kek what outlives epochs; certificate signs certificates of erasure.
  keys = {
    subject-kek = {
      iam = {
        "roles/cloudkms.cryptoKeyEncrypterDecrypter" = ["collect", "privacy"]
        # The rotation of epochs makes, disables and destroys versions of this one key.
        "roles/cloudkms.admin" = ["privacy"]
      }
    }
    platform-kek = {
      iam = { "roles/cloudkms.cryptoKeyEncrypterDecrypter" = ["collect", "privacy"] }
    }
    certificate = {
      purpose   = "ASYMMETRIC_SIGN"
      algorithm = "EC_SIGN_P256_SHA256"
      iam       = { "roles/cloudkms.signerVerifier" = ["privacy"] }
    }
  }

  datasets = {
    raw = {
      description = "Events as they arrived, sealed, before their partitions are closed."
    }
    staging = {
      description         = "Partitions being built, before they are audited and published."
      table_expiration_ms = 86400000
    }
    platform = {
      description = "Facts about the platform itself: runs, partitions, lineage, audits, erasures."
    }
  }

  # collect is the only one that must not start cold; operator is the only one that must not run twice.
  functions = {
    collect = {
      memory        = "512Mi"
      timeout       = 60
      concurrency   = 80
      min_instances = 1
      max_instances = 100
    }
    metadata = {
      memory        = "512Mi"
      timeout       = 300
      concurrency   = 80
      max_instances = 10
    }
    privacy = {
      memory        = "512Mi"
      timeout       = 300
      concurrency   = 40
      max_instances = 10
    }
    operator = {
      memory        = "1Gi"
      timeout       = 3600
      concurrency   = 1
      max_instances = 1
    }
  }

  # What starts by the clock: the tick and a heartbeat each minute; once an hour a look for what somebody changed by hand, and the
  # audit of the books; once a day a look at the epochs, and a drill of erasure.
  schedules = {
    tick = {
      workflow = "tick"
      schedule = "* * * * *"
    }
    drift = {
      workflow = "mend-drift"
      schedule = "17 * * * *"
    }
    heartbeat = {
      workflow = "heartbeat"
      schedule = "* * * * *"
    }
    audit = {
      workflow = "audit"
      schedule = "25 * * * *"
    }
    rotation = {
      workflow = "rotate-epoch"
      schedule = "41 2 * * *"
    }
    proof = {
      workflow = "prove-privacy"
      schedule = "11 3 * * *"
    }
  }

  functions_url = "https://${var.region}-${var.project_id}.cloudfunctions.net"
  account       = "${var.project_id}.iam.gserviceaccount.com"

  # The settings of shared/platform/settings.ts; every function reads all of them.
  settings = {
    GOOGLE_CLOUD_PROJECT               = var.project_id
    TRIBUTARY_REGION                   = var.region
    TRIBUTARY_AUDIENCE                 = "https://tributary.${var.project_id}"
    TRIBUTARY_IAP_AUDIENCE             = var.iap_audience
    TRIBUTARY_CONSOLE_FOLDER           = "console"
    TRIBUTARY_COLLECT_URL              = "${local.functions_url}/collect"
    TRIBUTARY_METADATA_URL             = "${local.functions_url}/metadata"
    TRIBUTARY_PRIVACY_URL              = "${local.functions_url}/privacy"
    TRIBUTARY_OPERATOR_URL             = "${local.functions_url}/operator"
    TRIBUTARY_REVOCATION_BOUND_SECONDS = var.revocation_bound_seconds
  }
}

module "service_account" {
  source        = "./modules/service-account"
  for_each      = local.service_accounts
  project_id    = var.project_id
  account_id    = "tributary-${each.key}"
  display_name  = "Tributary ${each.key}"
  project_roles = each.value.project_roles
  depends_on    = [google_project_service.api]
}

# The operator deploys workflows that act as their account.
resource "google_service_account_iam_member" "deployer" {
  service_account_id = module.service_account["workflows"].name
  role               = "roles/iam.serviceAccountUser"
  member             = module.service_account["operator"].member
}

module "role_account" {
  source       = "./modules/service-account"
  for_each     = local.people
  project_id   = var.project_id
  account_id   = "tributary-${each.key}"
  display_name = "Tributary role: ${each.key}"
  depends_on   = [google_project_service.api]
}

module "bucket" {
  source            = "./modules/bucket"
  for_each          = local.buckets
  project_id        = var.project_id
  name              = "${var.project_id}-tributary-${each.key}"
  location          = var.region
  delete_after_days = try(each.value.delete_after_days, null)
  iam = {
    for role, names in each.value.iam : role => [for name in names : "serviceAccount:tributary-${name}@${local.account}"]
  }
  depends_on = [module.service_account]
}

resource "google_kms_key_ring" "tributary" {
  project    = var.project_id
  name       = "tributary"
  location   = var.region
  depends_on = [google_project_service.api]
}

module "key" {
  source    = "./modules/kms-key"
  for_each  = local.keys
  key_ring  = google_kms_key_ring.tributary.id
  name      = each.key
  purpose   = try(each.value.purpose, "ENCRYPT_DECRYPT")
  algorithm = try(each.value.algorithm, "GOOGLE_SYMMETRIC_ENCRYPTION")
  # The least that KMS allows, and only settable at creation: https://cloud.google.com/kms/docs/destroy-restore
  destroy_after_seconds = 86400
  iam = {
    for role, names in each.value.iam : role => [for name in names : "serviceAccount:tributary-${name}@${local.account}"]
  }
  depends_on = [module.service_account]
}

module "dataset" {
  source              = "./modules/bigquery-dataset"
  for_each            = local.datasets
  project_id          = var.project_id
  dataset_id          = each.key
  location            = var.region
  description         = each.value.description
  table_expiration_ms = try(each.value.table_expiration_ms, null)
  depends_on          = [google_project_service.api]
}

# As its account BigQuery calls the endpoint of the remote functions that open values.
resource "google_bigquery_connection" "reveal" {
  project       = var.project_id
  connection_id = "tributary-reveal"
  location      = var.region
  cloud_resource {}
  depends_on = [google_project_service.api]
}

module "function" {
  source          = "./modules/function"
  for_each        = local.functions
  project_id      = var.project_id
  region          = var.region
  name            = each.key
  service_account = "tributary-${each.key}@${local.account}"
  zip             = "${var.functions_folder}/${each.key}.zip"
  code_bucket     = google_storage_bucket.code.name
  memory          = each.value.memory
  cpu             = "1"
  timeout         = each.value.timeout
  concurrency     = each.value.concurrency
  min_instances   = try(each.value.min_instances, 0)
  max_instances   = each.value.max_instances
  environment     = local.settings
  depends_on      = [module.service_account]
}

module "schedule" {
  source          = "./modules/workflow-schedule"
  for_each        = local.schedules
  project_id      = var.project_id
  region          = var.region
  name            = "tributary-${each.key}"
  workflow        = each.value.workflow
  schedule        = each.value.schedule
  time_zone       = "Etc/UTC"
  service_account = "tributary-scheduler@${local.account}"
  depends_on      = [module.service_account]
}

module "alerts" {
  source     = "./modules/alerts"
  project_id = var.project_id
  emails     = var.alert_emails
  depends_on = [google_project_service.api]
}
