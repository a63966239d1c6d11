output "email" {
  description = "Address of the account."
  value       = google_service_account.account.email
}

output "name" {
  description = "Full name of the account."
  value       = google_service_account.account.name
}

output "member" {
  description = "The account as IAM writes members."
  value       = google_service_account.account.member
}
