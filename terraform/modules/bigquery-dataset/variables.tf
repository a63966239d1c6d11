variable "project_id" {
  description = "Project of the dataset."
  type        = string
}

variable "dataset_id" {
  description = "Name of the dataset."
  type        = string
}

variable "location" {
  description = "Region of the dataset."
  type        = string
}

variable "description" {
  description = "What it holds."
  type        = string
}

variable "table_expiration_ms" {
  description = "Tables are deleted this long after they were made; null: they stay."
  type        = number
  default     = null
}
