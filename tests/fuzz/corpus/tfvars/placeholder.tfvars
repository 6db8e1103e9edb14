s = "PLEASE ENTER"
l = null
x = upper("a")
m = var.s
