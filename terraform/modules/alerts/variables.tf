variable "project_id" {
  description = "Project of channels and policies."
  type        = string
}

variable "emails" {
  description = "Addresses by a name for the channel."
  type        = map(string)
  default     = {}
}
