variable "second" {
  type = number
}
output "space" {
  value = "10.${var.second}.0.0/16"
}
