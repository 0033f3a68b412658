# `run sanitize`: each tool of compute-sanitizer on each op, with a limit of its own. A part of run, which has the functions.

# The seconds that each tool is sure of for each op, of these. What one leaves over, those after it share. The check without a
# tool may find the driver's cache empty. On an H100 initcheck took longest of those that ended.
readonly sanitize_seconds=240 plain_seconds=25
readonly all_tools=(racecheck memcheck initcheck synccheck)
declare -rA tool_seconds=([racecheck]=7 [memcheck]=3 [initcheck]=9 [synccheck]=4)
readonly all_ops=(softmax logSoftmax maskedSoftmax logSumExp entropy selectedLogProb distillation crossEntropy crossEntropyShard
  linearCrossEntropy linearSelectedLogProb sigmoid logSigmoid sigmoidCrossEntropy)
readonly tool_found=9 killed=137

sanitize() {
  if asks_for_help "$@"; then
    cat <<USAGE
usage: ./run sanitize [--seconds=N] [--tool=NAME[,NAME]] [--op=NAME[,NAME]] [OPTIONS OF check]

Each tool on each op, within N seconds in all (default: $sanitize_seconds). Options of check replace --least.
Logs go into results/sanitize/, the table into results/sanitize.txt.
tools: ${all_tools[*]}
ops: ${all_ops[*]}
Exit codes: 0 all clean, 1 if not.
USAGE
    return
  fi
  local seconds=$sanitize_seconds tools=("${all_tools[@]}") ops=("${all_ops[@]}") options=() word
  for word in "$@"; do
    case "$word" in
      --seconds=*) seconds=$(seconds_of "$word") ;;
      --tool=*) IFS=, read -ra tools <<<"${word#*=}" ;;
      --op=*) IFS=, read -ra ops <<<"${word#*=}" ;;
      --seconds | --tool | --op) refuse "sanitize: its value comes after =: $word" ;;
      *) options+=("$word") ;;
    esac
  done
  require_known tool "${all_tools[*]}" "${tools[@]}"
  require_known op "${all_ops[*]}" "${ops[@]}"
  ((${#options[@]} > 0)) || options=(--least)
  local sanitizer
  sanitizer=$(command -v compute-sanitizer || true)
  if [[ -z "$sanitizer" && -x /usr/local/cuda/bin/compute-sanitizer ]]; then
    sanitizer=/usr/local/cuda/bin/compute-sanitizer
  fi
  if [[ -z "$sanitizer" ]]; then
    say 'sanitize: compute-sanitizer is neither on the PATH nor in /usr/local/cuda/bin'
    exit $not_here
  fi
  on_cuda "${options[@]}"
  rm -rf "$results/sanitize"
  mkdir -p "$results/sanitize"
  sanitize_each
}

# With the variables of sanitize: a check without a tool, which fills the driver's cache, then tool by tool and op by op.
sanitize_each() {
  local tool op share later=0 verdict bad=0
  local -A verdicts=()
  for tool in "${tools[@]}"; do
    later=$((later + ${tool_seconds[$tool]} * ${#ops[@]}))
  done
  under=()
  judge plain $plain_seconds "$(IFS=, && echo "${ops[*]}")"
  for tool in "${tools[@]}"; do
    share=${tool_seconds[$tool]}
    under=("$sanitizer" --tool "$tool" --target-processes all --error-exitcode $tool_found)
    for op in "${ops[@]}"; do
      later=$((later - share))
      judge "$tool-$op" "$share" "$op"
      verdicts[$tool $op]=$verdict
    done
  done
  sanitize_table | tee "$results/sanitize.txt"
  return $bad
}

# require_known NAME KNOWN WORD...: there are words, and each is known.
require_known() {
  local name=$1 known=" $2 " word
  (($# > 2)) || refuse "sanitize: nothing to run: --$name="
  for word in "${@:3}"; do
    [[ $known == *" $word "* ]] || refuse "sanitize: unknown: --$name=$word, known: $2"
  done
}

# Runs check below a tool, or none. Sets verdict, and bad if it is none to be glad of. The signal is KILL: a launcher that ends
# by TERM before what it launched would leave that on the device.
judge() {
  local log=$results/sanitize/$1.log share=$2 of=$3 code=0 most tool=("${under[@]}")
  most=$(limit $((seconds - SECONDS)) "$share" "$later")
  verdict='not started'
  if ((most > 0)); then
    under=(within "$most" KILL "${tool[@]}")
    logitops check "${backend[@]}" --op="$of" "${options[@]}" >"$log" 2>&1 || code=$?
    under=("${tool[@]}")
    case $code in
      0) verdict=clean ;;
      "$tool_found") verdict=found ;;
      "$failed") verdict='wrong results' ;;
      "$killed") verdict="not finished in $most s" ;;
      *) verdict="exit code $code" ;;
    esac
  fi
  [[ $verdict == clean ]] || bad=$failed
  echo "$1: $verdict"
}

sanitize_table() {
  local tool op
  printf '\n%-18s' op
  printf '%-22s' "${tools[@]}"
  for op in "${ops[@]}"; do
    printf '\n%-18s' "$op"
    for tool in "${tools[@]}"; do
      printf '%-22s' "${verdicts[$tool $op]}"
    done
  done
  printf '\n\ncovered: check %s, without a tool: %s\n' "${options[*]}" "$(last_line "$results/sanitize/plain.log")"
}
