output "collect_url" {
  description = "Where events are sent: POST /v1/events."
  value       = local.settings.TRIBUTARY_COLLECT_URL
}

output "metadata_url" {
  description = "The console and the API of endpoints, partitions and lineage."
  value       = local.settings.TRIBUTARY_METADATA_URL
}

output "privacy_url" {
  description = "The API of erasures, exports and reveal."
  value       = local.settings.TRIBUTARY_PRIVACY_URL
}

output "operator_url" {
  description = "The API of plan and apply."
  value       = local.settings.TRIBUTARY_OPERATOR_URL
}

output "audience" {
  description = "Audience of the identity tokens with which these are called."
  value       = local.settings.TRIBUTARY_AUDIENCE
}
