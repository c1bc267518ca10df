#compdef connector
# zsh completion of connector: put it on $fpath with  connector completion zsh > "${fpath[1]}/_connector"

_connector() {
  local state line
  _arguments -s -C \
    '(--version -v)'{--version,-v}'[Print the version]' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'sync:Read the whole pool into a .c1z file; a cut run goes on where it stood'
      'list:Print users, groups or members, live from the pool'
      'create-account:Create an account; one that is there already is a success'
      'update-user:Set and remove attributes of a person'
      'enable-user:Let a person sign in again'
      'disable-user:Keep a person from signing in, and end the sessions'
      'sign-out-user:End every session of a person'
      'set-password:Give a person the password that stands on stdin'
      'rotate-password:Give a person a random password, which is printed encrypted alone'
      'reset-password:Make the password useless and send a code for a new one'
      'resend-invitation:Send the invitation again, with a new temporary password'
      'confirm-sign-up:Confirm a person who signed up and never entered the code'
      'reset-mfa:Switch off every second factor of a person'
      'delete-user:Delete an account for good'
      'grant:Put a person into groups'
      'revoke:Take a person out of groups'
      'create-group:Create a group; the same one again is a success'
      'update-group:Change description, role or precedence of a group'
      'delete-group:Delete a group, with every membership of it'
      'validate:Check pool, Region, credentials and each IAM action; change nothing'
      'serve:Answer the Baton protocol over gRPC'
      'health-check:Ask the running service whether it is ready; ends with 0 or 1'
      'recover:Settle the changes that killed processes left open, and say what stands'
      'audit:Show and check the log of all changes'
      'actions:List and do the actions that platforms call by name'
      'capabilities:Print the capabilities as Baton'\''s connectors do (JSON)'
      'config:Print the settings as Baton'\''s connectors do (JSON)'
      'iam-policy:Print the least IAM policy that the connector needs (JSON)'
      'version:Print the version, and what it speaks'
      'completion:Print the completion script of a shell'
      'help:Show help for a command'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        sync) _connector_sync ;;
        list) _connector_list ;;
        create-account) _connector_create_account ;;
        update-user) _connector_update_user ;;
        enable-user) _connector_enable_user ;;
        disable-user) _connector_disable_user ;;
        sign-out-user) _connector_sign_out_user ;;
        set-password) _connector_set_password ;;
        rotate-password) _connector_rotate_password ;;
        reset-password) _connector_reset_password ;;
        resend-invitation) _connector_resend_invitation ;;
        confirm-sign-up) _connector_confirm_sign_up ;;
        reset-mfa) _connector_reset_mfa ;;
        delete-user) _connector_delete_user ;;
        grant) _connector_grant ;;
        revoke) _connector_revoke ;;
        create-group) _connector_create_group ;;
        update-group) _connector_update_group ;;
        delete-group) _connector_delete_group ;;
        validate) _connector_validate ;;
        serve) _connector_serve ;;
        health-check) _connector_health_check ;;
        recover) _connector_recover ;;
        audit) _connector_audit ;;
        actions) _connector_actions ;;
        capabilities) _connector_capabilities ;;
        config) _connector_config ;;
        iam-policy) _connector_iam_policy ;;
        version) _connector_version ;;
        completion) _connector_completion ;;
      esac
      ;;
  esac
}

_connector_sync() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish although more than half of the users, groups or memberships are gone]' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list() {
  local state line
  _arguments -s -C \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'users:Print every user'
      'groups:Print every group'
      'members:Print the members of one group'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        users) _connector_list_users ;;
        groups) _connector_list_groups ;;
        members) _connector_list_members ;;
      esac
      ;;
  esac
}

_connector_list_users() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list_groups() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list_members() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_create_account() {
  _arguments -s \
    '--login[Username; where people sign in by e-mail or phone, that address]:value: ' \
    '--email[E-mail address]:value: ' \
    '--attribute[Attribute by Cognito'\''s name, such as custom\:team=red; may repeat]:value: ' \
    '--profile[Attributes as a JSON object of names and values]:value: ' \
    '--invite[Let Cognito send the invitation, with a temporary password]' \
    '--password[Password\: none that anybody knows, a random one, or the line on stdin (default\: none)]:value:(none random stdin)' \
    '--temporary[Have the person change it at the next sign-in]' \
    '--encrypt-to[File with a public JWK or an age recipient, which a random password goes to]:path:_files' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_update_user() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--set[Attribute to set, by Cognito'\''s name; may repeat]:value: ' \
    '--set-json[Attributes to set, as a JSON object of names and values]:value: ' \
    '--remove[Attribute to remove; may repeat]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_enable_user() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_disable_user() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--keep-sessions[Leave out the sign-out; AWS revokes the tokens of a disabled person all the same]' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_sign_out_user() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_set_password() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--stdin[Read the password from stdin, one line (required)]' \
    '--temporary[Have the person change it at the next sign-in]' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_rotate_password() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--encrypt-to[File with the public JWK or age recipient that it goes to (required)]:path:_files' \
    '--temporary[Have the person change it at the next sign-in]' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_reset_password() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_resend_invitation() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_confirm_sign_up() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_reset_mfa() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_delete_user() {
  _arguments -s \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_grant() {
  _arguments -s \
    '--group[Name of the group (required); may repeat]:value: ' \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_revoke() {
  _arguments -s \
    '--group[Name of the group (required); may repeat]:value: ' \
    '--user[Whose account\: sub, username or e-mail address (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_create_group() {
  _arguments -s \
    '--name[Name, which can never be changed (required)]:value: ' \
    '--description[What the group is for]:value: ' \
    '--role-arn[IAM role that members may assume; needs --allow-role-groups]:value: ' \
    '--precedence[Whose role counts for members of several groups; 0 is the first]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_update_group() {
  _arguments -s \
    '--group[Name of the group (required)]:value: ' \
    '--description[What the group is for; an empty text takes it away]:value: ' \
    '--role-arn[IAM role that members may assume; needs --allow-role-groups]:value: ' \
    '--precedence[Whose role counts for members of several groups; 0 is the first]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_delete_group() {
  _arguments -s \
    '--group[Name of the group (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_validate() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_serve() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish although more than half of the users, groups or memberships are gone]' \
    '--sync-every[Sync into the file again and again, this far apart\: 1m to 7d, such as 30m, 1h or 24h (default\: no scheduled syncs)]:value: ' \
    '--sync-jitter-percent[How far a scheduled sync may be early or late by chance, in percent of the interval (0 to 50; default\: 10)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--client-secret-file[File that holds client-secret]:path:_files' \
    '--listen[Address of the gRPC service\: host\:port, ipv6\:port or unix\:/path; beyond this machine it needs TLS (default\: 127.0.0.1\:50051)]:value: ' \
    '--insecure[Serve other machines without TLS]' \
    '--tls-cert-file[Certificate of the service with its chain, PEM (default\: no TLS)]:path:_files' \
    '--tls-key-file[Private key of that certificate, PEM]:path:_files' \
    '--tls-client-ca-file[CA that must have signed the certificate of every client, PEM (default\: no client certificates)]:path:_files' \
    '--tls-readers[Client certificates that may only read, by subject alternative name\: whole DNS names, e-mail addresses or spiffe\:// URIs, comma separated (default\: none)]:value: ' \
    '--tls-provisioners[Client certificates that may also change the pool, by the same names (default\: every certificate of the CA, unless --tls-readers names some)]:value: ' \
    '--auth-tokens-file[File of the hashed bearer tokens that are accepted, each with its role (default\: no tokens)]:path:_files' \
    '--jwt-jwks-url[URL of the keys (JWKS) that sign the JWTs that are accepted (default\: no JWTs)]:value: ' \
    '--jwt-jwks-file[File of such keys instead (default\: no JWTs)]:path:_files' \
    '--jwt-issuer[Issuer (iss) that a JWT must have]:value: ' \
    '--jwt-audience[Audience (aud) that a JWT must have]:value: ' \
    '--jwt-role-claim[Claim of a JWT that has connector\:read or connector\:provision (default\: roles)]:value: ' \
    '--grace-seconds[How long calls and changes under way may take to end (1 to 3600; default\: 25)]:value: ' \
    '--max-connections[Connections held at once; beyond it the first that no rightful caller has used makes room (1 to 1000000; default\: 20000)]:value: ' \
    '--disable-reflection[Leave out gRPC server reflection]' \
    '--health-check[Open the HTTP endpoint of health and metrics]' \
    '--health-check-port[Port of that endpoint; 0 lets the system choose (0 to 65535; default\: 8081)]:value: ' \
    '--health-check-bind-address[Interface of that endpoint, such as 0.0.0.0 for probes from other machines; it tells no personal data (default\: 127.0.0.1)]:value: ' \
    '--otel-collector-endpoint[OpenTelemetry collector that traces are sent to\: URL, or host\:port for https (default\: no traces)]:value: ' \
    '--otel-collector-endpoint-tls-cert-path[Certificate of the collector or of its CA, PEM (default\: the CAs of Node.js)]:path:_files' \
    '--otel-collector-endpoint-tls-insecure[Send to host\:port without TLS]' \
    '--otel-tracing-disabled[Send no traces, although a collector is set]' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_health_check() {
  _arguments -s \
    '--health-check-port[Port of that endpoint; 0 lets the system choose (0 to 65535; default\: 8081)]:value: ' \
    '--health-check-bind-address[Interface of that endpoint, such as 0.0.0.0 for probes from other machines; it tells no personal data (default\: 127.0.0.1)]:value: ' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_recover() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_audit() {
  local state line
  _arguments -s -C \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'show:Print the changes that were asked for, oldest first'
      'verify:Find lines that were changed, taken out, added or put in another order'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        show) _connector_audit_show ;;
        verify) _connector_audit_verify ;;
      esac
      ;;
  esac
}

_connector_audit_show() {
  _arguments -s \
    '--since[From then on\: 2026-11-21, 2026-11-21T08\:00\:00Z, or 90m, 24h, 7d ago]:value: ' \
    '--until[Before then, written as for --since]:value: ' \
    '--kind[One kind of change, such as grant or delete-user]:value: ' \
    '--user[Changes of this account, by its sub]:value: ' \
    '--group[Changes of this group, or of memberships in it]:value: ' \
    '--outcome[done, nothing-to-do, refused, failed, undone, partial or unknown]:value: ' \
    '--change[The one change of this id]:value: ' \
    '--by[Changes asked for by whom this text is part of]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_audit_verify() {
  _arguments -s \
    '--expect-last[Last hash that an earlier check printed; it must be in the log]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_actions() {
  local state line
  _arguments -s -C \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'list:Print the actions; JSON has their whole schemas'
      'invoke:Do one action, and wait until it is finished'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        list) _connector_actions_list ;;
        invoke) _connector_actions_invoke ;;
      esac
      ;;
  esac
}

_connector_actions_list() {
  _arguments -s \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_actions_invoke() {
  _arguments -s \
    '--args[Arguments as a JSON object; - reads them from stdin, as a password must be (required)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_capabilities() {
  _arguments -s \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_config() {
  local state line
  _arguments -s -C \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'show:Print each setting as it would count, and where it is from'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        show) _connector_config_show ;;
      esac
      ;;
  esac
}

_connector_config_show() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish although more than half of the users, groups or memberships are gone]' \
    '--sync-every[Sync into the file again and again, this far apart\: 1m to 7d, such as 30m, 1h or 24h (default\: no scheduled syncs)]:value: ' \
    '--sync-jitter-percent[How far a scheduled sync may be early or late by chance, in percent of the interval (0 to 50; default\: 10)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--client-secret-file[File that holds client-secret]:path:_files' \
    '--listen[Address of the gRPC service\: host\:port, ipv6\:port or unix\:/path; beyond this machine it needs TLS (default\: 127.0.0.1\:50051)]:value: ' \
    '--insecure[Serve other machines without TLS]' \
    '--tls-cert-file[Certificate of the service with its chain, PEM (default\: no TLS)]:path:_files' \
    '--tls-key-file[Private key of that certificate, PEM]:path:_files' \
    '--tls-client-ca-file[CA that must have signed the certificate of every client, PEM (default\: no client certificates)]:path:_files' \
    '--tls-readers[Client certificates that may only read, by subject alternative name\: whole DNS names, e-mail addresses or spiffe\:// URIs, comma separated (default\: none)]:value: ' \
    '--tls-provisioners[Client certificates that may also change the pool, by the same names (default\: every certificate of the CA, unless --tls-readers names some)]:value: ' \
    '--auth-tokens-file[File of the hashed bearer tokens that are accepted, each with its role (default\: no tokens)]:path:_files' \
    '--jwt-jwks-url[URL of the keys (JWKS) that sign the JWTs that are accepted (default\: no JWTs)]:value: ' \
    '--jwt-jwks-file[File of such keys instead (default\: no JWTs)]:path:_files' \
    '--jwt-issuer[Issuer (iss) that a JWT must have]:value: ' \
    '--jwt-audience[Audience (aud) that a JWT must have]:value: ' \
    '--jwt-role-claim[Claim of a JWT that has connector\:read or connector\:provision (default\: roles)]:value: ' \
    '--grace-seconds[How long calls and changes under way may take to end (1 to 3600; default\: 25)]:value: ' \
    '--max-connections[Connections held at once; beyond it the first that no rightful caller has used makes room (1 to 1000000; default\: 20000)]:value: ' \
    '--disable-reflection[Leave out gRPC server reflection]' \
    '--health-check[Open the HTTP endpoint of health and metrics]' \
    '--health-check-port[Port of that endpoint; 0 lets the system choose (0 to 65535; default\: 8081)]:value: ' \
    '--health-check-bind-address[Interface of that endpoint, such as 0.0.0.0 for probes from other machines; it tells no personal data (default\: 127.0.0.1)]:value: ' \
    '--otel-collector-endpoint[OpenTelemetry collector that traces are sent to\: URL, or host\:port for https (default\: no traces)]:value: ' \
    '--otel-collector-endpoint-tls-cert-path[Certificate of the collector or of its CA, PEM (default\: the CAs of Node.js)]:path:_files' \
    '--otel-collector-endpoint-tls-insecure[Send to host\:port without TLS]' \
    '--otel-tracing-disabled[Send no traces, although a collector is set]' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for a sync'\''s working database beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[When a log level of debug becomes info again, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_iam_policy() {
  _arguments -s \
    '--with[Add what changing the pool needs]:value:(provisioning)' \
    '--account-id[AWS account of the pool (default\: any, *)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_version() {
  _arguments -s \
    '--output[Form of the answer (default\: text)]:value:(text json)' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_completion() {
  _arguments -s \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :(bash zsh fish powershell)'
}

if [ "$funcstack[1]" = "_connector" ]; then
  _connector "$@"
else
  compdef _connector connector
fi
