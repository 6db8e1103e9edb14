/* Scripts, cloud-config and vendors' configurations out of a stranger's template. */
#include <stdint.h>

#include "base/mem.h"
#include "input/appliance/appliance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);

	json_decref(appliance_from_text(text, "fuzz"));
	return 0;
}
