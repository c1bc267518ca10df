# bash completion for connector. Add to ~/.bashrc:  source <(connector completion bash)
_connector() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
  local path="connector" words="" options="" word i skip=0
  # bash gives the "=" of --option=value as a word of its own.
  if [[ "$cur" == "=" ]]; then
    cur=""
  elif [[ "$prev" == "=" ]]; then
    prev="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if ((skip)); then
      skip=0
      continue
    fi
    case "$word" in
    =) skip=1 ;;
    --user-pool-id|--region|--rate|--aws-profile|--aws-access-key-id-file|--aws-secret-access-key-file|--aws-session-token-file|--aws-assume-role-arn|--aws-assume-role-external-id|--aws-assume-role-session-name|--aws-assume-role-duration-seconds|--endpoint-url|--https-proxy|--http-proxy|--no-proxy|--ca-bundle|--patience-seconds|--http-timeout-seconds|--max-deletions-per-hour|--max-disables-per-hour|--max-invitations-per-day|--state-dir|--output|--log-level|--log-level-debug-expires-at|--log-format|--config|--user-id|--file|-f|--filter|--columns|--attributes|--user|--login|--email|--attribute|--profile|--deliver-by|--password|--encrypt-to|--reason|--client-metadata|--groups-allow|--groups-deny|--max-groups-per-user|--set|--set-json|--remove|--group|--name|--description|--role-arn|--precedence|--file|--plan-hash|--max-changes|--max-percent|--sync-every|--sync-jitter-percent|--client-secret-file|--listen|--tls-cert-file|--tls-key-file|--tls-client-ca-file|--tls-readers|--tls-provisioners|--auth-tokens-file|--jwt-jwks-url|--jwt-jwks-file|--jwt-issuer|--jwt-audience|--jwt-role-claim|--grace-seconds|--max-connections|--max-calls|--max-queue-seconds|--client-id|--task-concurrency|--host-id|--c1-api-host|--health-check-port|--health-check-bind-address|--otel-collector-endpoint|--otel-collector-endpoint-tls-cert-path|--since|--until|--kind|--outcome|--change|--by|--expect-last|--with|--account-id|--args)
      if [[ "${COMP_WORDS[i+1]}" != "=" ]]; then skip=1; fi
      ;;
    -*) ;;
    *)
      case "$path $word" in
      "connector validate"|"connector sync"|"connector list"|"connector get"|"connector inspect"|"connector create-account"|"connector update-user"|"connector enable-user"|"connector disable-user"|"connector sign-out-user"|"connector set-password"|"connector rotate-password"|"connector reset-password"|"connector resend-invitation"|"connector confirm-sign-up"|"connector reset-mfa"|"connector delete-user"|"connector grant"|"connector revoke"|"connector create-group"|"connector update-group"|"connector delete-group"|"connector apply"|"connector serve"|"connector health-check"|"connector audit"|"connector recover"|"connector iam-policy"|"connector config"|"connector actions"|"connector capabilities"|"connector completion"|"connector version"|"connector help"|"connector list users"|"connector list groups"|"connector list members"|"connector get user"|"connector inspect runs"|"connector inspect users"|"connector inspect groups"|"connector inspect memberships"|"connector audit show"|"connector audit verify"|"connector config show"|"connector actions list"|"connector actions invoke"|"connector completion bash"|"connector completion zsh"|"connector completion fish"|"connector completion powershell"|"connector help settings"|"connector help validate"|"connector help sync"|"connector help list"|"connector help get"|"connector help inspect"|"connector help create-account"|"connector help update-user"|"connector help enable-user"|"connector help disable-user"|"connector help sign-out-user"|"connector help set-password"|"connector help rotate-password"|"connector help reset-password"|"connector help resend-invitation"|"connector help confirm-sign-up"|"connector help reset-mfa"|"connector help delete-user"|"connector help grant"|"connector help revoke"|"connector help create-group"|"connector help update-group"|"connector help delete-group"|"connector help apply"|"connector help serve"|"connector help health-check"|"connector help audit"|"connector help recover"|"connector help iam-policy"|"connector help config"|"connector help actions"|"connector help capabilities"|"connector help completion"|"connector help version") path="$path $word" ;;
      esac
      ;;
    esac
  done
  COMPREPLY=()
  case "$prev" in
  --aws-access-key-id-file|--aws-secret-access-key-file|--aws-session-token-file|--ca-bundle|--state-dir|--config|--file|-f|--encrypt-to|--file|--client-secret-file|--tls-cert-file|--tls-key-file|--tls-client-ca-file|--auth-tokens-file|--jwt-jwks-file|--otel-collector-endpoint-tls-cert-path)
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
    return
    ;;
  --user-pool-id|--region|--rate|--aws-profile|--aws-access-key-id-file|--aws-secret-access-key-file|--aws-session-token-file|--aws-assume-role-arn|--aws-assume-role-external-id|--aws-assume-role-session-name|--aws-assume-role-duration-seconds|--endpoint-url|--https-proxy|--http-proxy|--no-proxy|--ca-bundle|--patience-seconds|--http-timeout-seconds|--max-deletions-per-hour|--max-disables-per-hour|--max-invitations-per-day|--state-dir|--output|--log-level|--log-level-debug-expires-at|--log-format|--config|--user-id|--file|-f|--filter|--columns|--attributes|--user|--login|--email|--attribute|--profile|--deliver-by|--password|--encrypt-to|--reason|--client-metadata|--groups-allow|--groups-deny|--max-groups-per-user|--set|--set-json|--remove|--group|--name|--description|--role-arn|--precedence|--file|--plan-hash|--max-changes|--max-percent|--sync-every|--sync-jitter-percent|--client-secret-file|--listen|--tls-cert-file|--tls-key-file|--tls-client-ca-file|--tls-readers|--tls-provisioners|--auth-tokens-file|--jwt-jwks-url|--jwt-jwks-file|--jwt-issuer|--jwt-audience|--jwt-role-claim|--grace-seconds|--max-connections|--max-calls|--max-queue-seconds|--client-id|--task-concurrency|--host-id|--c1-api-host|--health-check-port|--health-check-bind-address|--otel-collector-endpoint|--otel-collector-endpoint-tls-cert-path|--since|--until|--kind|--outcome|--change|--by|--expect-last|--with|--account-id|--args)
    case "$path $prev" in
    "connector validate --output") words="table json jsonl csv" ;;
    "connector validate --log-level") words="debug info warn error" ;;
    "connector validate --log-format") words="console json" ;;
    "connector sync --user-id") words="sub username" ;;
    "connector sync --output") words="table json jsonl csv" ;;
    "connector sync --log-level") words="debug info warn error" ;;
    "connector sync --log-format") words="console json" ;;
    "connector list users --user-id") words="sub username" ;;
    "connector list users --output") words="table json jsonl csv" ;;
    "connector list users --log-level") words="debug info warn error" ;;
    "connector list users --log-format") words="console json" ;;
    "connector list groups --user-id") words="sub username" ;;
    "connector list groups --output") words="table json jsonl csv" ;;
    "connector list groups --log-level") words="debug info warn error" ;;
    "connector list groups --log-format") words="console json" ;;
    "connector list members --user-id") words="sub username" ;;
    "connector list members --output") words="table json jsonl csv" ;;
    "connector list members --log-level") words="debug info warn error" ;;
    "connector list members --log-format") words="console json" ;;
    "connector get user --user-id") words="sub username" ;;
    "connector get user --output") words="table json jsonl csv" ;;
    "connector get user --log-level") words="debug info warn error" ;;
    "connector get user --log-format") words="console json" ;;
    "connector inspect --output") words="table json jsonl csv" ;;
    "connector create-account --deliver-by") words="EMAIL SMS both" ;;
    "connector create-account --password") words="none random stdin" ;;
    "connector create-account --user-id") words="sub username" ;;
    "connector create-account --output") words="table json jsonl csv" ;;
    "connector create-account --log-level") words="debug info warn error" ;;
    "connector create-account --log-format") words="console json" ;;
    "connector update-user --user-id") words="sub username" ;;
    "connector update-user --output") words="table json jsonl csv" ;;
    "connector update-user --log-level") words="debug info warn error" ;;
    "connector update-user --log-format") words="console json" ;;
    "connector enable-user --user-id") words="sub username" ;;
    "connector enable-user --output") words="table json jsonl csv" ;;
    "connector enable-user --log-level") words="debug info warn error" ;;
    "connector enable-user --log-format") words="console json" ;;
    "connector disable-user --user-id") words="sub username" ;;
    "connector disable-user --output") words="table json jsonl csv" ;;
    "connector disable-user --log-level") words="debug info warn error" ;;
    "connector disable-user --log-format") words="console json" ;;
    "connector sign-out-user --user-id") words="sub username" ;;
    "connector sign-out-user --output") words="table json jsonl csv" ;;
    "connector sign-out-user --log-level") words="debug info warn error" ;;
    "connector sign-out-user --log-format") words="console json" ;;
    "connector set-password --user-id") words="sub username" ;;
    "connector set-password --output") words="table json jsonl csv" ;;
    "connector set-password --log-level") words="debug info warn error" ;;
    "connector set-password --log-format") words="console json" ;;
    "connector rotate-password --user-id") words="sub username" ;;
    "connector rotate-password --output") words="table json jsonl csv" ;;
    "connector rotate-password --log-level") words="debug info warn error" ;;
    "connector rotate-password --log-format") words="console json" ;;
    "connector reset-password --user-id") words="sub username" ;;
    "connector reset-password --output") words="table json jsonl csv" ;;
    "connector reset-password --log-level") words="debug info warn error" ;;
    "connector reset-password --log-format") words="console json" ;;
    "connector resend-invitation --deliver-by") words="EMAIL SMS both" ;;
    "connector resend-invitation --user-id") words="sub username" ;;
    "connector resend-invitation --output") words="table json jsonl csv" ;;
    "connector resend-invitation --log-level") words="debug info warn error" ;;
    "connector resend-invitation --log-format") words="console json" ;;
    "connector confirm-sign-up --user-id") words="sub username" ;;
    "connector confirm-sign-up --output") words="table json jsonl csv" ;;
    "connector confirm-sign-up --log-level") words="debug info warn error" ;;
    "connector confirm-sign-up --log-format") words="console json" ;;
    "connector reset-mfa --user-id") words="sub username" ;;
    "connector reset-mfa --output") words="table json jsonl csv" ;;
    "connector reset-mfa --log-level") words="debug info warn error" ;;
    "connector reset-mfa --log-format") words="console json" ;;
    "connector delete-user --user-id") words="sub username" ;;
    "connector delete-user --output") words="table json jsonl csv" ;;
    "connector delete-user --log-level") words="debug info warn error" ;;
    "connector delete-user --log-format") words="console json" ;;
    "connector grant --user-id") words="sub username" ;;
    "connector grant --output") words="table json jsonl csv" ;;
    "connector grant --log-level") words="debug info warn error" ;;
    "connector grant --log-format") words="console json" ;;
    "connector revoke --user-id") words="sub username" ;;
    "connector revoke --output") words="table json jsonl csv" ;;
    "connector revoke --log-level") words="debug info warn error" ;;
    "connector revoke --log-format") words="console json" ;;
    "connector create-group --user-id") words="sub username" ;;
    "connector create-group --output") words="table json jsonl csv" ;;
    "connector create-group --log-level") words="debug info warn error" ;;
    "connector create-group --log-format") words="console json" ;;
    "connector update-group --user-id") words="sub username" ;;
    "connector update-group --output") words="table json jsonl csv" ;;
    "connector update-group --log-level") words="debug info warn error" ;;
    "connector update-group --log-format") words="console json" ;;
    "connector delete-group --user-id") words="sub username" ;;
    "connector delete-group --output") words="table json jsonl csv" ;;
    "connector delete-group --log-level") words="debug info warn error" ;;
    "connector delete-group --log-format") words="console json" ;;
    "connector apply --user-id") words="sub username" ;;
    "connector apply --output") words="table json jsonl csv" ;;
    "connector apply --log-level") words="debug info warn error" ;;
    "connector apply --log-format") words="console json" ;;
    "connector serve --user-id") words="sub username" ;;
    "connector serve --log-level") words="debug info warn error" ;;
    "connector serve --log-format") words="console json" ;;
    "connector audit show --output") words="table json jsonl csv" ;;
    "connector audit show --log-level") words="debug info warn error" ;;
    "connector audit show --log-format") words="console json" ;;
    "connector audit verify --output") words="table json jsonl csv" ;;
    "connector audit verify --log-level") words="debug info warn error" ;;
    "connector audit verify --log-format") words="console json" ;;
    "connector recover --output") words="table json jsonl csv" ;;
    "connector recover --log-level") words="debug info warn error" ;;
    "connector recover --log-format") words="console json" ;;
    "connector config show --user-id") words="sub username" ;;
    "connector config show --output") words="table json jsonl csv" ;;
    "connector config show --log-level") words="debug info warn error" ;;
    "connector config show --log-format") words="console json" ;;
    "connector actions list --output") words="table json jsonl csv" ;;
    "connector actions invoke --user-id") words="sub username" ;;
    "connector actions invoke --output") words="table json jsonl csv" ;;
    "connector actions invoke --log-level") words="debug info warn error" ;;
    "connector actions invoke --log-format") words="console json" ;;
    "connector version --output") words="text json" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
    ;;
  esac
  case "$path" in
    "connector") words="validate sync list get inspect create-account update-user enable-user disable-user sign-out-user set-password rotate-password reset-password resend-invitation confirm-sign-up reset-mfa delete-user grant revoke create-group update-group delete-group apply serve health-check audit recover iam-policy config actions capabilities completion version help" options="--version -v --help -h" ;;
    "connector validate") words="" options="--user-pool-id --region --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector sync") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --file -f --accept-shrink --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector list") words="users groups members" options="--help -h" ;;
    "connector list users") words="" options="--filter --columns --attributes --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --insecure --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector list groups") words="" options="--user --columns --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --insecure --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector list members") words="" options="--columns --attributes --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --insecure --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector get") words="user" options="--help -h" ;;
    "connector get user") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --insecure --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector inspect") words="runs users groups memberships" options="--output --csv-raw --config --help -h" ;;
    "connector create-account") words="" options="--login --email --attribute --profile --invite --deliver-by --password --temporary --encrypt-to --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector update-user") words="" options="--user --set --set-json --remove --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector enable-user") words="" options="--user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector disable-user") words="" options="--user --keep-sessions --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector sign-out-user") words="" options="--user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector set-password") words="" options="--user --stdin --temporary --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector rotate-password") words="" options="--user --encrypt-to --temporary --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector reset-password") words="" options="--user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector resend-invitation") words="" options="--user --deliver-by --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector confirm-sign-up") words="" options="--user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector reset-mfa") words="" options="--user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector delete-user") words="" options="--user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector grant") words="" options="--group --user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector revoke") words="" options="--group --user --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector create-group") words="" options="--name --description --role-arn --precedence --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector update-group") words="" options="--group --description --role-arn --precedence --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector delete-group") words="" options="--group --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector apply") words="" options="--file --plan-hash --max-changes --max-percent --restart --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector serve") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --file -f --accept-shrink --sync-every --sync-jitter-percent --provisioning -p --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --client-secret-file --listen --insecure --tls-cert-file --tls-key-file --tls-client-ca-file --tls-readers --tls-provisioners --auth-tokens-file --jwt-jwks-url --jwt-jwks-file --jwt-issuer --jwt-audience --jwt-role-claim --grace-seconds --max-connections --max-calls --max-queue-seconds --disable-reflection --client-id --task-concurrency --host-id --c1-api-host --get-tasks --health-check --health-check-port --health-check-bind-address --otel-collector-endpoint --otel-collector-endpoint-tls-cert-path --otel-collector-endpoint-tls-insecure --otel-tracing-disabled --state-dir --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector health-check") words="" options="--health-check-port --health-check-bind-address --config --help -h" ;;
    "connector audit") words="show verify" options="--help -h" ;;
    "connector audit show") words="" options="--since --until --kind --user --group --outcome --change --by --user-pool-id --region --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector audit verify") words="" options="--expect-last --user-pool-id --region --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector recover") words="" options="--user-pool-id --region --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector iam-policy") words="" options="--with --account-id --user-pool-id --region --config --help -h" ;;
    "connector config") words="show" options="--help -h" ;;
    "connector config show") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --file -f --accept-shrink --sync-every --sync-jitter-percent --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --client-secret-file --listen --insecure --tls-cert-file --tls-key-file --tls-client-ca-file --tls-readers --tls-provisioners --auth-tokens-file --jwt-jwks-url --jwt-jwks-file --jwt-issuer --jwt-audience --jwt-role-claim --grace-seconds --max-connections --max-calls --max-queue-seconds --disable-reflection --client-id --task-concurrency --host-id --c1-api-host --get-tasks --health-check --health-check-port --health-check-bind-address --otel-collector-endpoint --otel-collector-endpoint-tls-cert-path --otel-collector-endpoint-tls-insecure --otel-tracing-disabled --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector actions") words="list invoke" options="--help -h" ;;
    "connector actions list") words="" options="--output --csv-raw --config --help -h" ;;
    "connector actions invoke") words="" options="--args --user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --ca-bundle --patience-seconds --http-timeout-seconds --provisioning -p --dry-run --reason --client-metadata --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --end-sessions --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-day --max-groups-per-user --insecure --state-dir --output --csv-raw --log-level --log-level-debug-expires-at --log-format --config --help -h" ;;
    "connector capabilities") words="" options="--help -h" ;;
    "connector completion") words="bash zsh fish powershell" options="--help -h" ;;
    "connector version") words="" options="--output --help -h" ;;
    "connector help") words="settings validate sync list get inspect create-account update-user enable-user disable-user sign-out-user set-password rotate-password reset-password resend-invitation confirm-sign-up reset-mfa delete-user grant revoke create-group update-group delete-group apply serve health-check audit recover iam-policy config actions capabilities completion version" options="--help -h" ;;
  esac
  if [[ "$cur" == -* ]]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _connector connector
