variable "project_id" {
  description = "Project that the base is laid in."
  type        = string
}

variable "project_number" {
  description = "Number of the same project: Google names its own service agents by it."
  type        = string
}

variable "region" {
  description = "Region of buckets, keys, datasets, functions and workflows."
  type        = string
}

variable "functions_folder" {
  description = "Folder of one zip per function: collect.zip, metadata.zip, privacy.zip, operator.zip."
  type        = string
  default     = "../build/functions"
}

variable "iap_audience" {
  description = "Audience of Identity-Aware Proxy in front of the console; empty without one."
  type        = string
  default     = ""
}

variable "revocation_bound_seconds" {
  description = "Within this time after a shredding no instance uses the key any more; empty: as platform/privacy.yaml says."
  type        = string
  default     = ""
}

variable "alert_emails" {
  description = "Where alerts go, by a name for the channel."
  type        = map(string)
  default     = {}
}
