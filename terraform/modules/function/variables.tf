variable "project_id" {
  description = "Project of the function."
  type        = string
}

variable "region" {
  description = "Region of the function."
  type        = string
}

variable "name" {
  description = "Name of the function, and of the entry point in its code."
  type        = string
}

variable "service_account" {
  description = "Address of the account that it acts as."
  type        = string
}

variable "zip" {
  description = "File of its code: package.json and one bundled file."
  type        = string
}

variable "code_bucket" {
  description = "Bucket of the zips."
  type        = string
}

variable "memory" {
  description = "Memory of an instance: 512Mi, 1Gi."
  type        = string
}

variable "cpu" {
  description = "Processors of an instance; concurrency above 1 needs one whole."
  type        = string
}

variable "timeout" {
  description = "Longest request, in seconds."
  type        = number
}

variable "concurrency" {
  description = "Requests that an instance takes at once."
  type        = number
}

variable "min_instances" {
  description = "Instances that are kept."
  type        = number
}

variable "max_instances" {
  description = "Most instances."
  type        = number
}

variable "environment" {
  description = "Its settings."
  type        = map(string)
}
