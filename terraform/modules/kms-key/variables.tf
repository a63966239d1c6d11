variable "name" {
  description = "Name of the key."
  type        = string
}

variable "key_ring" {
  description = "Id of its key ring."
  type        = string
}

variable "purpose" {
  description = "ENCRYPT_DECRYPT or ASYMMETRIC_SIGN."
  type        = string
}

variable "algorithm" {
  description = "Algorithm of its versions."
  type        = string
}

variable "destroy_after_seconds" {
  description = "How long a version can be restored after its destruction was asked for."
  type        = number
}

variable "iam" {
  description = "Members by role."
  type        = map(list(string))
  default     = {}
}
