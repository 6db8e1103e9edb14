# Expressions, and what Terraform makes of them (language.expect, remade by tests/golden/tfsource/remake).
variable "list" {
  type    = list(string)
  default = ["b", "a", "c"]
}
variable "objects" {
  type = map(object({ cidr = string, on = optional(bool, true), n = optional(number), tags = optional(list(string), []) }))
  default = {
    two = { cidr = "10.2.0.0/16", on = false }
    one = { cidr = "10.1.0.0/16", n = "7", tags = ["x"] }
  }
}
variable "numbers" {
  type    = set(number)
  default = [3, 1, 2, 3]
}
locals {
  text   = "hub"
  empty  = []
  nested = [[1, 2], [3, [4]]]
  map    = { b = 2, a = 1, "c d" = 3 }
  people = [{ name = "ann", age = 30 }, { name = "bob", age = 4 }]
  later  = "${local.text}-later"
}

# Operators.
output "arithmetic" { value = [1 + 2 * 3, (1 + 2) * 3, 7 / 2, 7 % 3, -3 + 1, 0.1 + 0.2, 10 / 5] }
output "comparison" { value = [1 < 2, 2 <= 2, 3 > 4, "a" == "a", "1" == 1, [1] == [1], { a = 1 } == { a = 1 }, null == null, 1 != 2] }
output "logic" { value = [true && false, true || false, !false, !(1 == 2) && true] }
output "conditional" { value = [true ? 1 : 2, local.text == "hub" ? "yes" : "no", length(local.empty) > 0 ? local.empty[0] : "none"] }

# Templates.
output "interpolation" { value = "a${1 + 1}b${local.text}c$${not}%%{not}${"in\"ner"}" }
output "alone" { value = local.map }
output "escapes" { value = "tab\tline\nquote\" back\\ é \u00e9" }
output "heredoc" {
  value = <<EOT
one ${local.text}
  two
EOT
}
output "indented" {
  value = <<-EOT
    one
      two ${length(var.list)}
    three
  EOT
}
output "directives" { value = "%{for p in local.people}${p.name}:${p.age};%{endfor}%{if true}yes%{else}no%{endif}" }
output "stripped" {
  value = <<EOT
%{~for p in local.people~}
${p.name}
%{~endfor~}
EOT
}
output "stripped_in_a_line" { value = ["a ${~local.text~}\n b", "%{for x in var.list~}  \n ${x} \n %{~endfor} end", "x %{if true~} y %{~else~} n %{~endif~} z"] }
output "stripped_is_text" { value = ["${~length(var.list)~} ", "${length(var.list)}"] }

# A marker takes blanks from its own line and from no other; a "<<-" counts a line without its blanks then.
output "stripped_line_by_line" {
  value = <<EOT
begin
  %{~for x in var.list~}
  item ${x}
  %{endfor~}

  tail
EOT
}
output "stripped_and_indented" {
  value = <<-EOT
    begin
      %{~for x in var.list~}
      item ${x}
      %{endfor~}

      tail
    EOT
}
output "indented_directives" {
  value = <<-EOT
    a
      %{for x in var.list~}
      in ${x}
      %{endfor~}
    z
    EOT
}
output "indented_branches" {
  value = <<-EOT
    a
    %{if true}
      yes
    %{else}
      no
    %{endif}

    b ${<<-IN
      inner
        deep
      IN
    }
    EOT
}

# Collections.
output "index" { value = [var.list[0], local.map["c d"], local.people[1].name, local.people.0.age, local.nested[1][1][0]] }
output "splat" { value = [local.people[*].name, local.people.*.age, local.text[*], null[*]] }
output "for_list" { value = [for i, x in var.list : "${i}${x}" if x != "a"] }
output "for_map" { value = { for k, v in local.map : upper(k) => v * 2 if v > 1 } }
output "for_group" { value = { for p in local.people : p.age > 10 ? "old" : "young" => p.name... } }
output "for_set" { value = [for n in var.numbers : n * 10] }
output "objects" { value = var.objects }
output "multi_line" {
  value = {
    a = 1, b = 2
    c = [
      "x", # a comment
      "y",
    ]
    (local.text) = true
    "q${1}"      = null
  }
}
output "functions_of_lists" {
  value = [
    length(var.list), sort(var.list), reverse(var.list), concat(var.list, ["d"]), contains(var.list, "a"), distinct([1, 1, 2]),
    element(var.list, 4), index(var.list, "c"), slice(var.list, 1, 3), flatten(local.nested), compact(["", "a"]), range(3), range(1, 7, 2),
    chunklist(var.list, 2), one(["x"]), coalesce("", "x"), setproduct(["a", "b"], [1, 2]), toset(["z", "y", "z"]),
    setunion(["a"], ["b", "a"]), setintersection(["a", "b"], ["b"]), setsubtract(["a", "b"], ["b"]), sum([1, 2.5]), alltrue([true]), anytrue([false]),
    join(",", var.list), split(",", "a,b,,c"), max(1, 5, 3), min([4, 2]...), zipmap(["a", "b"], [1, 2]), matchkeys(["i", "j"], ["x", "y"], ["y"]),
  ]
}
output "functions_of_maps" {
  value = [keys(local.map), values(local.map), lookup(local.map, "zz", "d"), lookup(local.map, "a", 0), merge(local.map, { a = 9 }), transpose({ a = ["x", "y"], b = ["x"] })]
}
output "functions_of_text" {
  value = [
    upper("aB"), lower("aB"), title("hello wide world"), trimspace("  a "), trim("--a--", "-"), trimprefix("helloworld", "hello"), trimsuffix("a.tf", ".tf"),
    startswith("abc", "ab"), endswith("abc", "bc"), substr("hello", 1, 3), substr("hello", -3, -1), strrev("abc"), replace("a.b.c", ".", "-"),
    replace("hello 123", "/[0-9]+/", "<$0>"), regex("([a-z]+)-([0-9]+)", "vm-12"), regexall("[a-z]", "a1b"), format("%s-%03d %5.1f %q %v %t", "x", 7, 2.25, "q", [1, "a"], true),
    formatlist("%s=%d", ["a", "b"], [1, 2]), indent(2, "a\nb"), chomp("a\n"), strcontains("abc", "b"),
  ]
}
output "functions_of_numbers" { value = [abs(-3), ceil(1.2), floor(1.8), pow(2, 10), log(8, 2), signum(-2), parseint("ff", 16), tonumber("42"), tostring(4.5), tobool("true")] }
output "functions_of_addresses" {
  value = [cidrsubnet("10.0.0.0/16", 8, 3), cidrhost("10.0.0.0/24", 5), cidrhost("10.0.0.0/24", -2), cidrnetmask("172.16.0.0/12"), cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)]
}
output "functions_of_code" {
  value = [
    jsonencode({ b = [1, "x", null], a = true }), jsondecode("{\"a\": [1, 2.5, false]}"), base64encode("hello"), base64decode("aGVsbG8="), urlencode("a b&c"),
    csvdecode("a,b\n1,2\n3,\"x,y\"\n"), yamldecode("a: 1\nb: [x, true, null]\n"),
  ]
}
output "functions_of_files" { value = [file("sub/text.txt"), fileexists("sub/none"), templatefile("sub/t.tftpl", { name = "n", list = ["p", "q"] }), basename("a/b.c"), dirname("a/b.c"), path.module] }
output "functions_of_time" { value = [timeadd("2024-01-31T10:00:00Z", "26h30m"), formatdate("DD MMM YYYY hh:mm", "2024-02-03T04:05:06Z")] }
output "failures" { value = [try(local.map.zz, "fallback"), can(local.map.zz), can(local.map.a), try(tonumber("x"), try(local.people[7].name, "end"))] }
output "order" { value = local.later }
