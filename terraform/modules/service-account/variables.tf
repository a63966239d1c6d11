variable "project_id" {
  description = "Project of the account."
  type        = string
}

variable "account_id" {
  description = "Part of its address before the @."
  type        = string
}

variable "display_name" {
  description = "What people read."
  type        = string
}

variable "project_roles" {
  description = "Roles that it has in the whole project."
  type        = list(string)
  default     = []
}
