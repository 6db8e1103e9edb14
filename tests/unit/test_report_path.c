/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/path.h"
#include "unit.h"

static char *text(const char *json)
{
	json_error_t je;
	json_t *j = json_loads(json, 0, &je);
	struct str s = { 0 };

	if (!j)
		fail_msg("%s", je.text);
	path_text(j, false, &s);
	json_decref(j);
	return str_take(&s);
}

#define ROUTE \
	"{\"addressPrefix\":[\"0.0.0.0/" \
	"0\"],\"source\":\"User\",\"nextHopType\":\"VirtualAppliance\"," \
	"\"nextHopIpAddress\":[\"10.0.1.4\"],\"name\":\"fw\"}"
#define HOP(n, why) \
	"{\"node\":\"" n "\",\"nic\":\"" n "VMNic\",\"route\":" ROUTE \
	",\"nextHop\":\"10.0.1.4\",\"reason\":\"" why "\"}"
#define LAST(n, why) \
	"{\"node\":\"" n "\",\"nic\":null,\"route\":null,\"nextHop\":null,\"reason\":\"" why "\"}"
#define WAY(v, why, ...) "\"verdict\":\"" v "\",\"reason\":\"" why "\",\"hops\":[" __VA_ARGS__ "]"

static void both_agree(void **state)
{
	(void)state;
	_cleanup_free_ char *s =
	    text("{\"from\":\"B\",\"to\":\"internet\",\"address\":\"8.8.8.8\",\"protocol\":\"tcp\","
	         "\"port\":80,"
	         "\"agree\":true," WAY(
	             "delivered", "it has the address",
	             HOP("B", "by fw") "," LAST(
	                 "internet",
	                 "host")) ","
	                          "\"kernel\":{" WAY(
	                              "delivered", "x",
	                              HOP("B", "table 7") "," LAST(
	                                  "internet",
	                                  "host")) "},"
	                                           "\"return\":{\"agree\":true," WAY(
	                                               "dropped", "closed",
	                                               LAST("internet",
	                                                    "closed")) ","
	                                                               "\"kernel\":{" WAY(
	                                                                   "dropped", "closed",
	                                                                   LAST("internet",
	                                                                        "closed")) "}}}");

	assert_string_equal(s,
	                    "B to internet (8.8.8.8), tcp/80\n"
	                    "   1  B (BVMNic) -> 10.0.1.4\n"
	                    "      route: 0.0.0.0/0 User, next hop VirtualAppliance 10.0.1.4 (fw)\n"
	                    "      by fw\n"
	                    "      kernel: table 7\n"
	                    "   2  internet\n"
	                    "      host\n"
	                    "  => delivered: it has the address\n"
	                    "     the kernel's tables say the same\n"
	                    "\nand back\n"
	                    "   1  internet\n"
	                    "  => dropped: closed\n"
	                    "     the kernel's tables say the same\n");
}

static void a_disagreement_is_loud(void **state)
{
	(void)state;
	_cleanup_free_ char *s =
	    text("{\"from\":\"B\",\"to\":\"C\",\"address\":\"10.0.0.9\",\"protocol\":\"icmp\","
	         "\"port\":null,"
	         "\"agree\":false," WAY(
	             "delivered", "",
	             HOP("B", "a") "," LAST(
	                 "C", "b")) ",\"kernel\":{" WAY("dropped", "no table",
	                                                LAST("B", "c")) "},\"return\":null}");

	assert_non_null(strstr(s, "B to C (10.0.0.9), icmp\n"));
	assert_non_null(strstr(s,
	                       "  => delivered\n  but the kernel's own tables lead another way:\n"
	                       "   1  B\n      c\n  => dropped: no table\n"));
	assert_non_null(strstr(s, "it is a bug of vnetlab"));
	assert_null(strstr(s, "and back"));
}

static void only_the_way_back_disagrees(void **state)
{
	(void)state;
	_cleanup_free_ char *s = text("{\"from\":\"B\",\"to\":\"C\",\"agree\":false," WAY(
	    "loop", "round",
	    LAST(
	        "B",
	        "a")) ","
	              "\"kernel\":{" WAY(
	                  "loop", "round",
	                  LAST(
	                      "B",
	                      "a")) "},\"return\":{\"agree\":false," WAY("dropped", "x",
	                                                                 LAST(
	                                                                     "C",
	                                                                     "b")) ",\"kernel\":"
	                                                                           "{" WAY(
	                                                                               "deliver"
	                                                                               "ed",
	                                                                               "y",
	                                                                               LAST(
	                                                                                   "C",
	                                                                                   "b")) "}"
	                                                                                         "}"
	                                                                                         "}");

	assert_non_null(strstr(s, "  => loop: round\n     the kernel's tables say the same\n"));
	assert_non_null(strstr(s, "and back, what the other side would send on its own\n"));
	assert_non_null(strstr(s, "another way:\n   1  C\n"));
}

static void nothing_is_survived(void **state)
{
	(void)state;
	_cleanup_free_ char *s = text("{}");

	assert_non_null(strstr(s, " to , icmp"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_agree),
		cmocka_unit_test(a_disagreement_is_loud),
		cmocka_unit_test(only_the_way_back_disagrees),
		cmocka_unit_test(nothing_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
