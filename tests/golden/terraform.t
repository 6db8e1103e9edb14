#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plans as `terraform show -json` prints them, and the resources that are read from them.
. "$(dirname "$0")/../lib/tap.sh"
need jq

here=$root/tests/golden/terraform
read_plan() { "$B/tests/tools/terraform_resources" "$1"; }
read_plan "$here/hub.plan.json" >"$work/hub"
golden "modules, count, for_each, unknown ids" "$here/hub.expect" <"$work/hub"

# The state that the plan leads to has ids, and no configuration.
jq '{format_version, terraform_version, values: .planned_values}
	| (.. | objects | select(.type == "azurerm_virtual_network" and .values) | .values) |=
		. + {id: ("/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/" + .name)}' \
	"$here/hub.plan.json" >"$work/state.json"
run read_plan "$work/state.json"
like "a state: the real id" "$out" '"id":"/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/Hub"'
unlike "nothing is asked of a NIC that a state says nothing of" "$out" '^warning .*network_interface\.'

# The same state as Terraform keeps it: instances below their resource, modules by name.
jq 'def blocks($within): ((.resources // [])[] | {mode: (.mode // "managed"), type, name,
			provider: "provider[\"registry.terraform.io/hashicorp/azurerm\"].hub",
			instances: [{schema_version: 0, attributes: .values, sensitive_attributes: [], private: "bnVsbA=="} +
				(if .index != null then {index_key: .index} else {} end)]} +
			(if $within then {module: $within} else {} end)),
		((.child_modules // [])[] | blocks(.address));
	{version: 4, terraform_version: "1.9.5", serial: 3, lineage: "8d5f", outputs: {}, check_results: null,
		resources: [.values.root_module | blocks(null)]}' "$work/state.json" >"$work/terraform.tfstate"
is "terraform.tfstate gives what terraform show -json of it gives" "$(read_plan "$work/terraform.tfstate")" "$(read_plan "$work/state.json")"
jq '.resources[0].instances |= [.[0] + {deposed: "a1b2c3d4"}, .[0] + {status: "tainted"}]' "$work/terraform.tfstate" >"$work/two.tfstate"
is "a deposed object is not there, a tainted one is" "$(read_plan "$work/two.tfstate")" "$(read_plan "$work/state.json")"
jq '.resources[0].instances[0].index_key = 1.5' "$work/terraform.tfstate" >"$work/odd.tfstate"
like "an index that Terraform does not write is named" "$(read_plan "$work/odd.tfstate")" '^error TF-STATE-01 .*its index_key is neither a number nor a string'
jq '.resources[0].module = "module.a" + "[0].module.a" * 70' "$work/terraform.tfstate" >"$work/deep.tfstate"
like "modules without an end are named" "$(read_plan "$work/deep.tfstate")" '^error TF-STATE-01 .*its modules are nested too deep'

run read_plan "$here/hub.expect"
is "what is no plan" "$rc" 1

# What the lab lacks is reported as it is for ARM.
jq -n '{format_version: "1.0", values: {root_module: {resources: [
	{address: "azurerm_virtual_network_gateway.g", type: "azurerm_virtual_network_gateway", name: "g", values: {name: "g",
		custom_route: [{address_prefixes: ["10.9.0.0/16"]}], vpn_client_configuration: [{address_space: ["172.20.0.0/24"]}]}}]}}}' \
	>"$work/p2s.json"
like "attributes that no row converts keep ARM's name, when the lab lacks them" "$(read_plan "$work/p2s.json")" \
	'"customRoutes":\[.*"vpnClientConfiguration":\{"vpnClientAddressPool":\{"addressPrefixes":\["172.20.0.0/24"\]\}\}'

# azurerm 3 called some things otherwise.
jq '(.. | objects | select(has("ip_forwarding_enabled"))) |= (.enable_ip_forwarding = .ip_forwarding_enabled | del(.ip_forwarding_enabled))
	| (.. | objects | select(has("bgp_route_propagation_enabled"))) |= del(.bgp_route_propagation_enabled)
	| (.planned_values.root_module.resources[] | select(.type == "azurerm_route_table") | .values.disable_bgp_route_propagation) = true' \
	"$here/hub.plan.json" >"$work/three.json"
is "azurerm 3 and 4 say the same" "$(read_plan "$work/three.json")" "$(read_plan "$here/hub.plan.json")"

# What azapi sends is no word about what the resource is.
jq -n '{format_version: "1.2", planned_values: {root_module: {resources: [
	{address: "azapi_resource.x", type: "azapi_resource", name: "x", values: {
		body: "{\"properties\": {}}"}},
	{address: "azapi_resource.y", type: "azapi_resource", name: "y", values: {
		type: "Microsoft.Network/virtualHubs@2024-05-01",
		body: {id: 5, type: 7, name: {}, source: [], sku: {name: "S"}, properties: {p: 1}}}}]}}}' >"$work/azapi.json"
run read_plan "$work/azapi.json"
is "azapi: a body cannot name another resource" "$rc $out" '0 {"id":"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/terraform/providers/Microsoft.Network/virtualHubs/y","name":"y","properties":{"p":1},"sku":{"name":"S"},"source":"plan.json#azapi_resource.y","type":"Microsoft.Network/virtualHubs"}'

# Three that refer to each other, twice each: no end without a bound.
jq -n '["a", "b", "c"] as $all | "azurerm_virtual_network" as $t | {format_version: "1.2",
	planned_values: {root_module: {resources: [$all[] | {address: "\($t).\(.)", type: $t, name: ., values: {name: .}}]}},
	resource_changes: [$all[] | {address: "\($t).\(.)", change: {after_unknown: {address_space: true}}}],
	configuration: {root_module: {resources: [$all[] | . as $own | {type: $t, name: ., expressions: {address_space:
		{references: [$all[] | select(. != $own) | "\($t).\(.).address_space"]}}}]}}}' >"$work/circle.json"
run timeout 300 "$B/tests/tools/terraform_resources" "$work/circle.json"
like "references in a circle: read, and said" "$out" '^error TF-LIMIT-01 plan.json: more references than are read'

# As many resources as are read, and one more.
jq -n '[range(100001) | "v\(.)"] as $all | "azurerm_virtual_network" as $t | {format_version: "1.2",
	planned_values: {root_module: {resources: [$all[] | {address: "\($t).\(.)", type: $t, name: .}]}},
	configuration: {root_module: {resources: [$all[] | {type: $t, name: .}]}}}' >"$work/many.json"
run timeout 300 "$B/tests/tools/terraform_resources" "$work/many.json"
is "too many resources are not dropped in silence" "$rc $(grep -c '^{' <<<"$out") $(grep '^error' <<<"$out")" \
	"0 100000 error TF-LIMIT-01 plan.json: more resources than are read; the design would not be whole"

# A subnet where the address space ends has no address to give, and no end is run past.
jq -n '{format_version: "1.2", planned_values: {root_module: {resources: [
	{address: "azurerm_subnet.s", type: "azurerm_subnet", name: "s", values: {name: "s", virtual_network_name: "v", address_prefixes: ["255.255.255.252/30"]}},
	{address: "azurerm_network_interface.n", type: "azurerm_network_interface", name: "n", values: {name: "n", ip_configuration: [{name: "c"}]}},
	{address: "azurerm_route.r", type: "azurerm_route", name: "r", values: {name: "r", route_table_name: "t", address_prefix: "0.0.0.0/0", next_hop_type: "VirtualAppliance"}}]}},
	configuration: {root_module: {resources: [
	{type: "azurerm_subnet", name: "s"},
	{type: "azurerm_network_interface", name: "n", expressions: {ip_configuration: [{subnet_id: {references: ["azurerm_subnet.s.id", "azurerm_subnet.s"]}}]}},
	{type: "azurerm_route", name: "r", expressions: {next_hop_in_ip_address: {references: ["azurerm_network_interface.n.private_ip_address", "azurerm_network_interface.n"]}}}]}}}' >"$work/top.json"
run timeout 300 "$B/tests/tools/terraform_resources" "$work/top.json"
like "no address where there is none" "$out" '^warning TF-REF-01 .*azurerm_network_interface\.n, which is known after apply only'

corpus=$root/../shared/corpus/terraform
[ -d "$corpus" ] || corpus=/nonexistent
for plan in "$corpus"/*/*.json; do
	if [ -r "$plan" ]; then
		run read_plan "$plan"
		is "$(basename "$plan"): read, and nothing is left open" "$rc $(printf '%s\n' "$out" | grep -c '^warning')" "0 0"
	else
		ok "real plans # SKIP they are not here" true
	fi
done
done_testing
