# Writes a file for each entry of the PTX on standard input: FOLDER/<entry>.sm_ARCH.ptx, with what it uses of what the entries
# share; prints the entries. A driver compiles a file as a whole, so a first call waits for no more than it needs.
#
# The parameter is called a, and every load of it says its offset: nvcc puts addresses within it into registers now and then,
# and who reads the PTX should see which field is meant.
#
# usage: awk -v folder=FOLDER -v arch=ARCH -f scripts/split-ptx.awk
function bare(operand) {
  sub(/,$/, "", operand)
  return operand
}

/^\.visible \.entry/ {
  entry = substr($3, 1, index($3, "(") - 1)
  names[++entries] = entry
  split("", offset)  # of the registers that hold addresses within the parameter
}
entry == "" {
  shared[++shares] = $0
  next
}
{ gsub(entry "_param_0", "a") }
/^\tmov\.b64 .*, a;/ {
  offset[bare($2)] = 0
  next
}
/^\tadd\.s64 / && bare($3) in offset {
  offset[bare($2)] = offset[bare($3)] + $4
  next
}
/^\tld\.param/ && match($0, /\[%rd[0-9]+/) {
  base = substr($0, RSTART + 1, RLENGTH - 1)
  more = substr($0, RSTART + RLENGTH)
  sub(/^\+/, "", more)
  $0 = substr($0, 1, RSTART) "a+" (offset[base] + more) "];"
}
{
  for (register in offset) {
    if ($0 ~ register "[^0-9]") {
      print "split-ptx: " entry ": an address within the parameter is used for more than a load: " $0 >"/dev/stderr"
      failed = 1
      exit 1
    }
  }
  text[entry] = text[entry] $0 "\n"
  depth += gsub(/{/, "{") - gsub(/}/, "}")  # inline assembly has blocks of its own
  if (depth == 0 && /}/) entry = ""
}

END {
  if (failed) exit 1
  for (e = 1; e <= entries; e++) {
    file = folder "/" names[e] ".sm_" arch ".ptx"
    for (i = 1; i <= shares; i++) {
      symbol = shared[i]
      sub(/[[;].*/, "", symbol)
      sub(/.* /, "", symbol)
      if (shared[i] ~ /^\.(version|target|address_size)/ || index(text[names[e]], symbol)) print shared[i] >file
    }
    printf "%s", text[names[e]] >file
    close(file)
    print names[e]
  }
}
