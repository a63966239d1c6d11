resource "google_monitoring_notification_channel" "email" {
  for_each     = var.emails
  project      = var.project_id
  display_name = "Tributary: ${each.key}"
  type         = "email"
  labels       = { email_address = each.value }
}

locals {
  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}

# A dead letter is an event that was acknowledged and could not be landed.
resource "google_monitoring_alert_policy" "dead_letters" {
  project               = var.project_id
  display_name          = "Tributary: messages that could not be landed"
  combiner              = "OR"
  notification_channels = local.channels

  documentation {
    content = "Look at platform.dead_letters: the attribute CloudPubSubDeadLetterSourceDeliveryErrorMessage says why."
  }

  conditions {
    display_name = "dead letters"
    condition_threshold {
      filter          = "resource.type = \"pubsub_topic\" AND resource.labels.topic_id = \"platform.dead-letters\" AND metric.type = \"pubsub.googleapis.com/topic/send_message_operation_count\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }
}

# The tick decides everything that runs: when it fails, partitions stay away.
resource "google_monitoring_alert_policy" "tick" {
  project               = var.project_id
  display_name          = "Tributary: the tick fails"
  combiner              = "OR"
  notification_channels = local.channels

  documentation {
    content = "Look at the executions of the workflow tick, then at the log of the function metadata."
  }

  conditions {
    display_name = "failed ticks"
    condition_threshold {
      filter          = "resource.type = \"workflows.googleapis.com/Workflow\" AND resource.labels.workflow_id = \"tick\" AND metric.type = \"workflows.googleapis.com/finished_execution_count\" AND metric.labels.status = \"FAILED\""
      comparison      = "COMPARISON_GT"
      threshold_value = 2
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }
}

# What the functions find out themselves: books that do not balance, partitions closed without everything, heartbeats that are lost.
resource "google_monitoring_alert_policy" "books" {
  project               = var.project_id
  display_name          = "Tributary: events are missing"
  combiner              = "OR"
  notification_channels = local.channels

  documentation {
    content = "Look at platform.reconciliations and platform.heartbeats; docs/collection-operations.md says what each gap means."
  }

  conditions {
    display_name = "books_gap, closing_incomplete or heartbeat_lost in a log"
    condition_matched_log {
      filter = "resource.type = \"cloud_run_revision\" AND jsonPayload.code = (\"books_gap\" OR \"closing_incomplete\" OR \"heartbeat_lost\")"
    }
  }

  alert_strategy {
    notification_rate_limit {
      period = "300s"
    }
  }
}
