output "channels" {
  description = "Full names of the channels."
  value       = local.channels
}
