variable "project_id" {
  description = "Project of job and workflow."
  type        = string
}

variable "region" {
  description = "Region of job and workflow."
  type        = string
}

variable "name" {
  description = "Name of the job."
  type        = string
}

variable "workflow" {
  description = "Name of the workflow that it starts; the operator deploys it."
  type        = string
}

variable "schedule" {
  description = "When, as cron writes it."
  type        = string
}

variable "time_zone" {
  description = "Time zone of the schedule."
  type        = string
}

variable "service_account" {
  description = "Address of the account that starts it."
  type        = string
}
