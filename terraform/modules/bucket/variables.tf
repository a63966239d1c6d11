variable "project_id" {
  description = "Project of the bucket."
  type        = string
}

variable "name" {
  description = "Name of the bucket, one in all of Google Cloud."
  type        = string
}

variable "location" {
  description = "Region of the bucket."
  type        = string
}

variable "delete_after_days" {
  description = "Objects older than this are deleted; null: none are."
  type        = number
  default     = null
}

variable "iam" {
  description = "Members by role."
  type        = map(list(string))
  default     = {}
}
