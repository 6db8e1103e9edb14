#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Designs in Bicep, read without Bicep.
. "$(dirname "$0")/../lib/tap.sh"
need jq

here=$root/tests/golden/bicep
bare() { jq -S 'del(.. | .source?) | del(.description, .name)' "$1"; }

(cd "$here" && vnetlab import design/main.bicep 2>"$work/import.err") >"$work/import"
golden "a design: modules, loops, nested resources, functions, types" "$here/design.expect" <"$work/import"
vnetlab import --arm "$here/design/main.bicep" >"$work/main.json"
golden "the template that it stands for" "$here/design.arm.expect" <"$work/main.json"
vnetlab import "$work/main.json" >"$work/again" 2>/dev/null
is "which is the same network" "$(bare "$work/again" | md5sum)" "$(bare "$work/import" | md5sum)"
(cd "$here/design" && vnetlab import .) 2>/dev/null >"$work/folder"
is "its folder means main.bicep" "$(bare "$work/folder" | md5sum)" "$(bare "$work/import" | md5sum)"
is "-p gives a value" "$(vnetlab import "$here/design" -p prefix=other 2>/dev/null | jq -r '.virtualNetworks | has("other-hub")')" true
run vnetlab check "$here/design" -p prefx=other
like "-p of no parameter, with the nearest" "$out$err" 'ARM-PARAM-04 .*|did you mean "prefix"'

cat >"$work/lab.bicepparam" <<'END'
using 'main.bicep'
var two = 'two'
param prefix = 'from-${two}'
param spokes = [for i in range(0, 3): { name: 's${i}', prefix: '10.${i + 20}.0.0/16' }]
param location = readEnvironmentVariable('WHERE', 'westus')
END
cp -r "$here/design/." "$work"
is "a parameter file" "$(cd "$work" && WHERE=nowhere vnetlab import main.bicep -p lab.bicepparam 2>/dev/null | jq -c '[.virtualNetworks | keys[]]')" '["from-two-hub","s0","s1","s2"]'
is "stands for the file that it uses" "$(cd "$work" && vnetlab import lab.bicepparam 2>/dev/null | jq -c '.virtualNetworks["from-two-hub"].location')" '"westus"'
is "-p counts more" "$(cd "$work" && vnetlab import lab.bicepparam -p prefix=x 2>/dev/null | jq -c '.virtualNetworks | has("x-hub")')" true

mkdir "$work/base"
printf "using none\nparam prefix = 'base'\nparam location = 'northeurope'\n" >"$work/base/shared.bicepparam"
printf "using 'main.bicep'\nextends 'base/shared.bicepparam'\nparam prefix = 'own'\n" >"$work/more.bicepparam"
is "what a parameter file extends counts where it gives nothing" "$(cd "$work" && vnetlab import more.bicepparam 2>/dev/null |
	jq -c '.virtualNetworks["own-hub"].location')" '"northeurope"'
cat >"$work/based.bicepparam" <<'EOF'
using 'main.bicep'
extends 'base/shared.bicepparam'
param prefix = 'x-${base.prefix}'
EOF
is "base in a parameter file is what the file gives that it extends" "$(cd "$work" && vnetlab import based.bicepparam 2>/dev/null |
	jq -c '.virtualNetworks["x-base-hub"].location')" '"northeurope"'
cat >"$work/absent.bicep" <<'EOF'
param principals array
param location string
param secondaryLocation string
resource x 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'in-${location}-and-${secondaryLocation}'
  properties: { addressSpace: { addressPrefixes: ['10.2.0.0/16'] } }
}
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  tags: { first: guid(principals[0]), mapped: map(principals, p => p.objectId)[0] }
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, ddosProtectionPlan: null }
}
resource w 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: contains(v.properties, 'ddosProtectionPlan') ? v.properties.ddosProtectionPlan.id : 'without'
  properties: { addressSpace: { addressPrefixes: ['10.1.0.0/16'] } }
}
EOF
run vnetlab check "$work/absent.bicep"
is "an element of a list that nobody gave is open, and no error" "$(grep -c ^error <<<"$out$err")" 0
is "a property that is set to null is not there afterwards" "$(vnetlab import "$work/absent.bicep" 2>/dev/null | jq -c '.virtualNetworks | keys')" '["in-westeurope-and-northeurope","v","without"]'
printf "using 'main.bicep'\nextends 'loop.bicepparam'\n" >"$work/loop.bicepparam"
run vnetlab check "$work/loop.bicepparam"
like "one that extends itself" "$out$err" 'more than 20 parameter files extend each other'
mkdir "$work/in"
printf "using '../main.bicep'\n" >"$work/in/p.bicepparam"
run vnetlab check "$work/in/p.bicepparam"
like "a parameter file names no file above its folder, where no repository is" "$out$err" 'BICEP-FILE-01 at .*in/p.bicepparam:1:1'
printf 'spaces: &s ["10.0.0.0/16"]\nhub:\n  prefixes: *s\n  size: 24\n' >"$work/values.yaml"
printf "var v = loadYamlContent('values.yaml', 'hub')\noutput x object = union(v, { t: string(v.size + 1) })\n" >"$work/yaml.bicep"
is "YAML is read, with its aliases" "$(cd "$work" && vnetlab import --arm yaml.bicep 2>&1 | jq -c '.variables.v')" '{"prefixes":["10.0.0.0/16"],"size":24}'
printf 'a: [1\nb: 2\n' >"$work/values.yaml"
run vnetlab check "$work/yaml.bicep"
like "a file that is no YAML" "$out$err" 'BICEP-FILE-02 at .*yaml.bicep:1:25'

# NAME SOURCE WANT: what check says of a main.bicep.
says() {
	rm -rf "$work/d"
	mkdir "$work/d"
	printf '%s\n' "$2" >"$work/d/main.bicep"
	run vnetlab check "$work/d/main.bicep" -o json
	like "$1" "$out$err" "$3"
}
net="resource v 'Microsoft.Network/virtualNetworks@2023-09-01' = {
  name: 'v'
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
}"
says "an error of the evaluator stands at its line" "param p string = 'a'
$net
output x string = p.foo
resource w 'Microsoft.Network/virtualNetworks@2023-09-01' = {
  name: p.foo
}" '"line": 8, *|"rule": "ARM-EXPR-01"'
is "with its line, and a caret under the expression" "$(vnetlab check "$work/d/main.bicep" 2>&1 | sed -n '1s/.*main/main/p; 5,6p')" "main.bicep:8:11 (/resources/w/name)
      name: p.foo
              ^~~"
cat >"$work/d/parts.bicep" <<'END'
param p string = 'a'
param n int = 3
var list = ['x', 'y']
var bad = union({ a: 1 }, { b: 'é${substring(p, 0, n)}' })
resource v 'Microsoft.Network/virtualNetworks@2023-09-01' = {
  name: 'v-${toLower(list[n])}'
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
}
output y int = n + length(list[0].name)
output z object = bad
END
is "a part of an expression that fails is what the caret is under, in a call, in a string and in a chain of members" \
	"$(vnetlab check "$work/d/parts.bicep" 2>&1 | grep -B1 '\^~')" \
	"      name: 'v-\${toLower(list[n])}'
                         ^~~~~~~
--
      output y int = n + length(list[0].name)
                                        ^~~~
--
      var bad = union({ a: 1 }, { b: 'é\${substring(p, 0, n)}' })
                                         ^~~~~~~~~"
is "its columns are in JSON, too" "$(vnetlab check "$work/d/parts.bicep" -o json 2>/dev/null | jq -c '[.findings[] | select(.rule == "ARM-EXPR-01") | [.line, .column, .end_column]] | sort')" \
	'[[4,36,45],[6,22,29],[9,35,39]]'
cat >"$work/d/one.bicep" <<'END'
param n int
output x string = substring('a', 0, 5)
output y int = n
END
echo "module m 'one.bicep' = [for i in range(0, 3): { params: { n: i } }]" >"$work/d/uses.bicep"
run vnetlab check "$work/d/uses.bicep"
is "a mistake in a module that is used three times is told once" "$(grep -c ARM-EXPR-01 <<<"$out$err") $(grep -c 'and so 2 more times' <<<"$out$err")" "1 1"
for i in {1..10}; do echo "var a$i = = $i"; done >"$work/d/ten.bicep"
run vnetlab check "$work/d/ten.bicep"
is "ten mistakes of one kind, a line each, are ten findings" "$(grep -c BICEP-SYNTAX-01 <<<"$out$err")" 10
says "a module that is not there" "module m 'none.bicep' = {
  name: 'm'
}" 'BICEP-MODULE-01'
says "a file above the design" "$net
output x string = loadTextContent('../../../../../../../etc/passwd')" 'BICEP-FILE-01'
mkdir "$work/json"
printf '{"a": 1' >"$work/json/bad.json"
printf "output x object = loadJsonContent('bad.json')\n" >"$work/json/main.bicep"
run vnetlab check "$work/json/main.bicep"
like "a file that is no JSON" "$out$err" 'BICEP-FILE-02 at .*main.bicep:1:35.*|bad.json is no JSON'
says "members of members without an end" "var a = {}
output x string = a$(printf '.a%.0s' {1..200})" 'BICEP-LIMIT-01'
says "a parameter that a module lacks, and one that it needs" "module m 'm.bicep' = {
  params: { nme: 'x' }
}" 'BICEP-MODULE-01'
printf 'param name string\n' >"$work/d/m.bicep"
run vnetlab check "$work/d/main.bicep"
like "the nearest is told" "$out$err" 'BICEP-PARAM-01 at .*main.bicep:2:13|did you mean "name"'
like "with what it needs" "$out$err" 'BICEP-PARAM-02 at .*main.bicep:1:1'
says "a module of a registry says where it would be" "module m 'br/public:avm/res/network/virtual-network:0.5.2' = {
  name: 'm'
}" 'bicep restore fetches it, to .*/.bicep/br/mcr.microsoft.com/bicep\$avm\$res\$network\$virtual-network/0.5.2\$/main.json'
mkdir -p "$work/reg/.git" "$work/reg/lab" "$work/cache/br/lab.azurecr.io\$5000/nets\$hub/1.0\$" "$work/cache/br/lab.azurecr.io\$5000/nets\$hub/sha256#0a"
echo '{ // a comment
  "cacheRootDirectory": "../cache",
  "moduleAliases": { "br": { "lab": { "registry": "LAB.azurecr.io:5000", "modulePath": "nets" } } } }' >"$work/reg/bicepconfig.json"
echo "param n string
resource v 'Microsoft.Network/virtualNetworks@2023-09-01' = {
  name: n
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
}" >"$work/reg/v.bicep"
vnetlab import --arm "$work/reg/v.bicep" | tee "$work/cache/br/lab.azurecr.io\$5000/nets\$hub/1.0\$/main.json" \
	"$work/cache/br/lab.azurecr.io\$5000/nets\$hub/sha256#0a/main.json" >"$work/v.json"
echo "module a 'br/lab:hub:1.0' = { params: { n: 'a' } }
module b 'br/lab:hub@sha256:0a' = { params: { n: 'b' } }
module c 'br/other:hub:1.0' = { params: { n: 'c' } }
module d 'ts:s/rg/hub:1.0' = { params: { n: 'd' } }
module e 'gone.bicep' = { params: { n: 'e' } }" >"$work/reg/lab/main.bicep"
run vnetlab check "$work/reg/lab"
like "modules of an alias that no bicepconfig.json has, and of template specs" "$out$err" \
	'BICEP-MODULE-02 at .*main.bicep:3:1|bicepconfig.json has no alias "other"|main.bicep:4:1|the module ts:s/rg/hub:1.0 is not here|--module .ts:s/rg/hub:1.0=FILE. names its template'
is "an alias and a cache of the nearest bicepconfig.json, a digest, --module for what is nowhere" \
	"$(vnetlab import "$work/reg/lab" --module "br/other:hub:1.0=$work/v.json" --module "ts:s/rg/hub:1.0=$work/v.json" --module "gone.bicep=$work/v.json" 2>/dev/null |
		jq -c '.virtualNetworks | keys')" '["a","b","c","d","e"]'
run vnetlab check "$work/reg/lab" --module "br/other:hub:1.1=$work/v.json" --module "ts:s/rg/hub:1.0=$work/none.json" --module "gone.bicep=$work/reg/v.bicep"
like "--module that says what is not so" "$out$err" 'BICEP-MODULE-03 .*|--module br/other:hub:1.1=.*: the design has no such module|did you mean "br/other:hub:1.0|none.json, which cannot be read|v.bicep is no template'
says "a module that uses itself" "module m 'main.bicep' = {
  name: 'm'
}" 'BICEP-CIRCLE-01'
says "a parameter that the network needs is asked for" "param space string
resource v 'Microsoft.Network/virtualNetworks@2023-09-01' = {
  name: 'v'
  properties: { addressSpace: { addressPrefixes: [space] } }
}" 'ARM-PARAM-01'
says "a type of a registry moves no packet" "import { lockType } from 'br/public:avm/utl/types/avm-common-types:0.5.1'
param lock lockType?
$net" '"findings": \[\]'
mkdir -p "$work/home/.bicep/br/mcr.microsoft.com/bicep\$x\$y/V1\$1"
vnetlab import --arm "$here/design/modules/spoke.bicep" >"$work/home/.bicep/br/mcr.microsoft.com/bicep\$x\$y/V1\$1/main.json"
printf '%s\n' "module m 'br/public:x/y:V1' = {
  params: { name: 'n', prefix: '10.0.0.0/16', hubId: resourceId('Microsoft.Network/virtualNetworks', 'n'), location: 'w' }
}" >"$work/d/main.bicep"
is "a module from the cache" "$(HOME=$work/home vnetlab import "$work/d/main.bicep" 2>/dev/null | jq -c '.virtualNetworks | keys')" '["n"]'
mkdir "$work/many"
printf 'var a = 1\n' | tee "$work/many/a.bicep" >"$work/many/b.bicep"
run vnetlab check "$work/many"
like "more than one design in a folder" "$out$err" 'INPUT-FORM-01'
cp "$work/main.json" "$work/many/lab.json"
is "a template among them is meant" "$(vnetlab import "$work/many" 2>/dev/null | jq -c '.virtualNetworks | has("lab-hub")')" true
run vnetlab import --arm "$here/design.expect"
is "--arm wants Bicep" "$rc" 2
printf "using none\n" >"$work/none.bicepparam"
run vnetlab check "$work/none.bicepparam"
like "a parameter file that is for nothing" "$out$err" 'BICEP-PARAM-03'
says "a name of which a part is not known" "$net
resource f 'Microsoft.Network/azureFirewalls@2023-09-01' existing = {
  name: 'f'
}
resource g 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2023-09-01' = {
  name: '\${split(f.properties.firewallPolicy.id, '/')[8]}/g'
  properties: { priority: 100 }
}" '"findings"'
is "has as many parts as its type" "$(grep -c ARM-RES-03 <<<"$out$err")" 0
says "an existing resource has its condition: without it nothing of it is evaluated" "$net
param id string = ''
resource p 'Microsoft.Network/publicIPAddresses@2023-09-01' existing = if (!empty(id)) {
  name: last(split(id, '/'))
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
}
output ip string = empty(id) ? 'none' : p!.properties.ipAddress" '"findings": \[\]'
says "a file of mistakes ends with the hundredth" "$(printf 'resource a {\n%.0s' {1..5000})" 'these are 100 mistakes: the rest of the file is not read'

mkdir -p "$work/two/m"
printf "module x 'm/x.bicep' = {\n  name: 'x'\n}\n" >"$work/two/main.bicep"
printf 'param a strin\n' >"$work/two/m/x.bicep"
like "a module's file is named as the design is" "$(cd "$work" && vnetlab check two)" '^error BICEP-TYPE-01 at two/m/x.bicep:1:9'

# A repository with its README and one folder of source.
mkdir -p "$work/repo/images" "$work/repo/infra/net" "$work/repo/.github"
touch "$work/repo/README.md" "$work/repo/images/lab.png"
echo '{}' >"$work/repo/.github/settings.json"
cp -r "$here/design/." "$work/repo/infra/net"
run vnetlab check "$work/repo"
like "a folder without a design means the one below it" "$(tr '\n' ' ' <<<"$out$err")" 'INPUT-FOLDER-01 at .* folder .*/repo has no design itself: the one of .*/repo/infra/net is read'
is "which is the lab" "$(vnetlab import "$work/repo" 2>/dev/null | jq -c '.virtualNetworks | keys' | md5sum)" "$(jq -c '.virtualNetworks | keys' "$work/import" | md5sum)"
mv "$work/repo/infra/net" "$work/repo/infra/bicep"
is "and has the name of the first folder that says something" "$(vnetlab import "$work/repo" 2>/dev/null | jq -r .name)" repo
mv "$work/repo/infra/bicep" "$work/repo/infra/net"
mkdir -p "$work/repo/modules/vm" "$work/repo/infra/modules/net"
printf 'resource "azurerm_resource_group" "m" {\n}\n' | tee "$work/repo/modules/vm/main.tf" >"$work/repo/infra/modules/net/main.tf"
run vnetlab check "$work/repo"
like "modules beside it are parts of designs" "$(tr '\n' ' ' <<<"$out$err")" 'INPUT-FOLDER-01 at .* the one of .*/repo/infra/net is read'
mkdir "$work/repo/other"
printf 'resource "azurerm_resource_group" "g" {\n}\n' >"$work/repo/other/main.tf"
run vnetlab check "$work/repo"
like "several below it are named" "$out$err" 'has no design itself, and several below it: .*/repo/infra/net, .*/repo/other$'
mkdir "$work/parts"
cp -r "$work/repo/modules" "$work/repo/infra/modules/net" "$work/parts"
mv "$work/parts/net" "$work/parts/modules"
run vnetlab check "$work/parts"
like "where there are modules alone, they are named" "$out$err" 'several below it: .*/parts/modules/net, .*/parts/modules/vm'
mkdir "$work/none"
ln -s "$here/design" "$work/none/linked"
run vnetlab check "$work/none"
like "a link below it is not followed" "$out$err" 'there is no design in folder .*/none: no JSON, no Bicep'
mkdir -p "$work/far/a/b/c"
cp -r "$here/design" "$work/far/a/b/c/d"
run vnetlab check "$work/far"
like "nor is one that is four folders deep found, and the hint says so" "$out$err" 'hint: name the folder that has it: source is looked for three folders deep'
is "three deep it is" "$(vnetlab import "$work/far/a" 2>/dev/null | jq -c '.virtualNetworks | keys' | md5sum)" "$(jq -c '.virtualNetworks | keys' "$work/import" | md5sum)"

# What az has the Bicep CLI do.
ln -s "$(realpath "$B/vnetlab")" "$work/bicep"
is "by the name bicep it takes the Bicep CLI's words" "$("$work/bicep" --version | cut -d ' ' -f 1-3)" "Bicep CLI version"
is "build prints what import --arm prints" "$("$work/bicep" build --stdout "$here/design/main.bicep" | md5sum)" "$(md5sum <"$work/main.json")"
(cd "$work" && ./bicep build main.bicep --outfile built.json --no-restore && ./bicep build main.bicep --outdir in && rm main.json && ./bicep build main.bicep)
is "it writes a file, one in a folder, or one beside the source" "$(cd "$work" && md5sum <built.json; md5sum <in/main.json; md5sum <main.json)" \
	"$(for _ in 1 2 3; do md5sum <"$work/built.json"; done)"
is "build-params prints the parameters and the template" "$("$work/bicep" build-params "$work/lab.bicepparam" --stdout |
	jq -c '[(.parametersJson | fromjson | .parameters.prefix.value), (.templateJson | fromjson | .languageVersion)]')" '["from-two","2.0"]'
printf 'param x strin\noutput y string = x\n' >"$work/wrong.bicep"
run "$work/bicep" build --stdout "$work/wrong.bicep"
is "what is wrong ends with the status of an invalid design" "$rc" 3
like "and is printed as the Bicep CLI prints it" "$err" 'wrong.bicep\(1,9\) : Error BICEP-TYPE-01: there is no type "strin" \[docs/rules.md\]'
run "$work/bicep" build "$work/none.bicep"
is "a file that is not there" "$rc $(grep -c 'No such file or directory' <<<"$err")" "5 1"
run "$work/bicep" decompile "$work/main.json"
like "a word of it that is not there" "$err" 'decompile is not there: build, build-params, restore, version'
is "is wrong usage" "$rc" 2
run "$work/bicep" build-params "$work/main.bicep"
like "build-params wants a parameter file" "$rc $err" '^2 .*is no parameter file'

# One design for each idiom; its first line says "QUERY => VALUE", worked out by hand from the language's documentation.
for design in "$here"/idioms/*.bicep; do
	line=$(sed -n '1s|^// ||p' "$design")
	name=${design##*/}
	is "the idiom ${name%.bicep}" "$(vnetlab import "$design" 2>/dev/null | jq -cS "${line%% => *}")" "${line##* => }"
done
done_testing
