/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsg: effective security rules, as `az network nic list-effective-nsg` has them; flow: what they
 * say of one flow, as `az network watcher test-ip-flow`. */
#include <stdio.h>

#include "base/str.h"
#include "cmd/remote.h"
#include "report/table.h"

/* "80-80" -> "80", "0-65535" -> "*": for people. */
static char *ports_text(const json_t *list)
{
	struct str s = { 0 };
	size_t i;
	json_t *v;

	json_array_foreach (list, i, v) {
		const char *text = json_string_value(v), *dash = strchr(text, '-');
		size_t n = dash ? (size_t)(dash - text) : 0;

		if (streq(text, "0-65535"))
			text = "*";
		else if (dash && strncmp(text, dash + 1, n) == 0 && dash[1 + n] == '\0')
			text = dash + 1;
		str_printf(&s, "%s%s", i ? "," : "", text);
	}
	return str_take(&s);
}

static void add_rule_row(struct table *t, const json_t *rule)
{
	_cleanup_free_ char *src = ports_text(json_object_get(rule, "sourcePortRanges")),
	                    *dst = ports_text(json_object_get(rule, "destinationPortRanges"));
	_cleanup_free_ char *priority =
	    xasprintf("%d", (int)json_integer_value(json_object_get(rule, "priority")));
	const char *name = strrchr(json_str(rule, "name"), '/');

	table_row(t, json_str(rule, "direction"), priority, name ? name + 1 : "",
	          json_str(rule, "access"), json_str(rule, "protocol"),
	          json_str(rule, "sourceAddressPrefix"), src,
	          json_str(rule, "destinationAddressPrefix"), dst);
}

static void print_group(const json_t *g)
{
	_cleanup_table_ struct table *t =
	    table_new("Direction", "Priority", "Name", "Access", "Protocol", "Source", "Port",
	              "Destination", "Port");
	const json_t *a = json_object_get(g, "association"), *subnet = json_object_get(a, "subnet");
	size_t i;
	json_t *rule;

	ui_print("%s, of %s %s\n", json_str(json_object_get(g, "networkSecurityGroup"), "id"),
	         subnet ? "subnet" : "NIC",
	         json_str(subnet ? subnet : json_object_get(a, "networkInterface"), "id"));
	json_array_foreach (json_object_get(g, "effectiveSecurityRules"), i, rule)
		add_rule_row(t, rule);
	table_print(t, stdout);
}

static int cmd_nsg(const struct cmd_args *a)
{
	json_t *answer = NULL, *g;
	size_t i;
	int status =
	    remote_call(a, NULL, json_pack("{s:s,s:s}", "op", "nsg", "nic", a->argv[0]), &answer);

	if (status != EX_DONE)
		return status;
	json_t *value = json_object_get(answer, "value");

	if (a->json) {
		ui_json(json_pack("{s:O}", "value", value));
	} else if (!json_array_size(value)) {
		ui_print("%s has no security group, nor has its subnet: everything passes%s\n",
		         json_str(answer, "nic"),
		         json_is_true(json_object_get(answer, "closed"))
		             ? ", but for what comes in by its public address: one of SKU Standard "
		               "is closed until a security group allows it"
		             : "");
	} else {
		json_array_foreach (value, i, g) {
			if (i)
				ui_print("\n");
			print_group(g);
		}
	}
	json_decref(answer);
	return EX_DONE;
}

COMMAND(nsg, {
                 .name = "nsg",
                 .group = "Look",
                 .synopsis = "nsg NIC|VM",
                 .summary = "prints a NIC's effective security rules",
                 .help = "The rules of the subnet's and of the NIC's network security group, by "
                         "priority, with\n"
                         "Azure's default rules. With -o json the fields of az network nic "
                         "list-effective-nsg,\n"
                         "expanded service tags among them: VirtualNetwork depends on the "
                         "subnet's routes.\n\n"
                         "  vnetlab nsg BackendVMNic",
                 .min_args = 1,
                 .max_args = 1,
                 .kinds = { ARG_NIC },
                 .common_output = true,
                 .run = cmd_nsg,
             });

static const char *value_or(const struct cmd_args *a, const char *name, const char *dflt)
{
	const char *v = arg_value(a, name);

	return v ? v : dflt;
}

static int cmd_flow(const struct cmd_args *a)
{
	json_t *answer = NULL;

	if (!arg_value(a, "remote"))
		return ui_usage(a, "--remote ADDRESS:PORT is needed");
	int status =
	    remote_call(a, NULL,
	                json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "op", "flow", "nic", a->argv[0],
	                          "direction", value_or(a, "direction", "Inbound"), "protocol",
	                          value_or(a, "protocol", "tcp"), "local",
	                          value_or(a, "local", "0"), "remote", arg_value(a, "remote")),
	                &answer);

	if (status != EX_DONE)
		return status;
	bool allow = streq(json_str(answer, "access"), "Allow");
	const char *rule = json_str(answer, "ruleName");

	if (a->json)
		ui_json(json_pack("{s:O,s:O,s:O}", "access", json_object_get(answer, "access"),
		                  "ruleName", json_object_get(answer, "ruleName"),
		                  "networkSecurityGroup",
		                  json_object_get(answer, "networkSecurityGroup")));
	else if (!*rule)
		ui_print("Allow: there is no security group\n");
	else
		ui_print("%s: %s of %s\n%s%s", json_str(answer, "access"), rule,
		         json_str(answer, "networkSecurityGroup"), json_str(answer, "reason"),
		         allow ? "" : "\n");
	json_decref(answer);
	return allow ? EX_DONE : EX_NOT_HELD;
}

static const struct option_def flow_options[] = {
	{ 0, "direction", "Inbound|Outbound", "as the NIC sees it (Inbound)", false },
	{ 0, "protocol", "tcp|udp|icmp", "(tcp)", false },
	{ 0, "local", "[ADDRESS:]PORT", "the NIC's side; its address when there is none", false },
	{ 0, "remote", "ADDRESS[:PORT]", "the other side", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(flow, {
                  .name = "flow",
                  .group = "Prove",
                  .synopsis = "flow NIC|VM --remote ADDRESS:PORT [--local PORT] [--direction D] "
                              "[--protocol P]",
                  .summary = "whether security rules allow a flow, and which one decides",
                  .help = "As az network watcher test-ip-flow: access and rule name, of a new "
                          "flow. Routes are not asked;\n"
                          "for the whole way there is vnetlab path.\n\n"
                          "Exit status 0 for Allow, 1 for Deny.\n\n"
                          "  vnetlab flow Backend --local 443 --remote 10.1.0.4:50000\n"
                          "  vnetlab flow Backend --direction Outbound --remote 8.8.8.8:53 "
                          "--protocol udp",
                  .min_args = 1,
                  .max_args = 1,
                  .kinds = { ARG_NIC },
                  .common_output = true,
                  .opts = flow_options,
                  .run = cmd_flow,
              });
