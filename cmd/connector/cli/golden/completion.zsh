#compdef connector
# zsh completion for connector. Install on $fpath:  connector completion zsh > "${fpath[1]}/_connector"

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
      'validate:Check the pool, the credentials and the permissions'
      'sync:Write the whole pool to a .c1z file'
      'list:Print users, groups or members'
      'get:Print everything about one user'
      'inspect:Print what a .c1z file holds'
      'query:Ask the inventory with SQL'
      'changes:Print what changed in the pool, and who asked for it'
      'diff:Compare two readings of the pool'
      'report:Write an access review for people, as a page or as CSV'
      'create-account:Create a user'
      'update-user:Set or remove attributes of a user'
      'enable-user:Enable a user'
      'disable-user:Disable a user and end the sessions'
      'sign-out-user:End all sessions of a user'
      'set-password:Set a password that is read from stdin'
      'rotate-password:Set a random password and print it encrypted'
      'reset-password:Invalidate the password and send a reset code'
      'resend-invitation:Send the invitation again'
      'confirm-sign-up:Confirm the sign-up of a user'
      'reset-mfa:Turn off the MFA methods of a user'
      'delete-user:Delete a user permanently'
      'grant:Add a user to groups'
      'revoke:Remove a user from groups'
      'create-group:Create a group'
      'update-group:Change a group'
      'delete-group:Delete a group and its memberships'
      'apply:Make the changes of a CSV or JSONL file'
      'serve:Run the gRPC service that platforms call, and SCIM'
      'health-check:Ask the running service whether it is ready'
      'audit:Show or verify the audit log of changes'
      'recover:Finish or undo changes that were interrupted'
      'iam-policy:Print the IAM policy that the connector needs'
      'config:Print the schema of the settings as JSON'
      'actions:List and run the actions that platforms call'
      'capabilities:Print the capabilities as JSON'
      'completion:Print the completion script for a shell'
      'version:Print the versions of connector, Node and Baton'
      'help:Show help for a command, or all settings'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        validate) _connector_validate ;;
        sync) _connector_sync ;;
        list) _connector_list ;;
        get) _connector_get ;;
        inspect) _connector_inspect ;;
        query) _connector_query ;;
        changes) _connector_changes ;;
        diff) _connector_diff ;;
        report) _connector_report ;;
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
        apply) _connector_apply ;;
        serve) _connector_serve ;;
        health-check) _connector_health_check ;;
        audit) _connector_audit ;;
        recover) _connector_recover ;;
        iam-policy) _connector_iam_policy ;;
        config) _connector_config ;;
        actions) _connector_actions ;;
        capabilities) _connector_capabilities ;;
        completion) _connector_completion ;;
        version) _connector_version ;;
        help) _connector_help ;;
      esac
      ;;
  esac
}

_connector_validate() {
  _arguments -s \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--read-members[How memberships are read\: as the members of each group, as the groups of each user, or in the way that takes less time by the run before. By user needs AdminListGroupsForUser; a week after AWS refused it for one user, auto tries it again (default\: auto)]:value:(auto by-group by-user)' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--enrich[Read these into inventory, user by user\: mfa, last-sign-in. AWS bills each user whom mfa reads as active in that month, dormant users too. last-sign-in needs the pool'\''s threat protection (default\: nothing)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_sync() {
  _arguments -s \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write; where only inventory is given, none is written (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish the file even if more than half of the users, groups or memberships are gone]' \
    '--sync-resources[Read only these resources, such as user\:<id>,group\:<name>; a group with its members. As a partial run beside the full ones (default\: all)]:value: ' \
    '--sync-resource-types[Read only resources of these types\: user, group (default\: all)]:value: ' \
    '--skip-entitlements-and-grants[Read users and groups, and neither entitlements nor memberships]' \
    '--skip-grants[With sync-resources\: read no memberships]' \
    '--list-shards[Into how many parts that are read side by side the users are divided, 1 to 64, or auto\: as many as rate needs. A sync that does not prove the parts complete reads all users again; over gRPC the proof is weaker (default\: 1)]:value: ' \
    '--read-members[How memberships are read\: as the members of each group, as the groups of each user, or in the way that takes less time by the run before. By user needs AdminListGroupsForUser; a week after AWS refused it for one user, auto tries it again (default\: auto)]:value:(auto by-group by-user)' \
    '--skip-full-sync[Read nothing\: sync only validates, and a sync of the platform uploads a run without rows]' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--enrich[Read these into inventory, user by user\: mfa, last-sign-in. AWS bills each user whom mfa reads as active in that month, dormant users too. last-sign-in needs the pool'\''s threat protection (default\: nothing)]:value: ' \
    '--enrich-per-hour[Maximum number of calls an hour that enrich makes, of all processes together (1 to 100000; default\: 2000)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
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
      'users:Print all users, or those that a filter selects'
      'groups:Print all groups, or those of a user'
      'members:Print the members of a group'
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
    '--filter[Only these users\: an attribute, = or ^= (begins with), a value, such as '\''email ^= "a"'\'']:value: ' \
    '--columns[Only these columns, with commas between them (repeatable)]:value: ' \
    '--attributes[These attributes too, such as custom\:department (repeatable)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list_groups() {
  _arguments -s \
    '--user[Only the groups of this user\: sub, username, e-mail, phone or alias]:value: ' \
    '--columns[Only these columns, with commas between them (repeatable)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list_members() {
  _arguments -s \
    '--columns[Only these columns, with commas between them (repeatable)]:value: ' \
    '--attributes[These attributes too, such as custom\:department (repeatable)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_get() {
  local state line
  _arguments -s -C \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'user:Print all attributes, groups and second factors of a user'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        user) _connector_get_user ;;
      esac
      ;;
  esac
}

_connector_get_user() {
  _arguments -s \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_inspect() {
  _arguments -s \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :(runs users groups memberships)'
}

_connector_query() {
  _arguments -s \
    '--file[File with the query; - is stdin]:path:_files' \
    '--list[Print the tables and views with their columns]' \
    '--timeout[How long the database may work on the query (default\: 60)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_changes() {
  _arguments -s \
    '--since[From this time or run\: 7d or 24h ago, 2026-11-21, 2026-11-21T08\:00\:00Z, run\:12]:value: ' \
    '--until[Before this time, or up to this run, in the same formats]:value: ' \
    '--kind[Only these kinds, such as user_created,membership_added (repeatable)]:value: ' \
    '--group[Changes of this group or its memberships]:value: ' \
    '--user[Changes of this user, also of one that was deleted\: sub, username, e-mail address or phone number]:value: ' \
    '--outside[Only changes that nobody is known to have asked the connector for]' \
    '--values[Print the values of attributes before and after too]' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_diff() {
  _arguments -s \
    '--values[Print the values of attributes before and after too]' \
    '--allow-different-pools[Compare readings of two pools]' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_report() {
  _arguments -s \
    '(--out -o)'{--out,-o}'[The page, such as review.html; with csv the folder (required)]:path:_files' \
    '--format[A page for people, or a folder of CSV files (default\: html)]:value:(html csv)' \
    '--since[Changes from this time\: 30d or 24h ago, 2026-11-21, 2026-11-21T08\:00\:00Z (default\: 90d)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_create_account() {
  _arguments -s \
    '--login[Username; if users sign in by e-mail or phone, the e-mail address or phone number]:value: ' \
    '--email[E-mail address]:value: ' \
    '--attribute[Attribute by its name in Cognito, such as custom\:team=red (repeatable)]:value: ' \
    '--profile[Attributes as a JSON object]:value: ' \
    '--invite[Let Cognito send an invitation with a temporary password]' \
    '--deliver-by[How the invitation of --invite is sent (default\: by e-mail if there is an address, else by SMS)]:value:(EMAIL SMS both)' \
    '--password[Initial password\: random (printed encrypted), stdin (read from stdin) or none (default\: none)]:value:(none random stdin)' \
    '--temporary[Require the user to change the password at the next sign-in]' \
    '--encrypt-to[File with the public JWK or age recipient that encrypts the random password]:path:_files' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_update_user() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--set[Attribute to set, by its name in Cognito (repeatable)]:value: ' \
    '--set-json[Attributes to set, as a JSON object]:value: ' \
    '--remove[Attribute to remove (repeatable)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_enable_user() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_disable_user() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--keep-sessions[Do not sign the user out; AWS revokes the tokens anyway]' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_sign_out_user() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_set_password() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--stdin[Read the password from stdin, one line (required)]' \
    '--temporary[Require the user to change the password at the next sign-in]' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_rotate_password() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--encrypt-to[File with the public JWK or age recipient that encrypts the password (required)]:path:_files' \
    '--temporary[Require the user to change the password at the next sign-in]' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_reset_password() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_resend_invitation() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--deliver-by[How the invitation is sent (default\: by e-mail if there is an address, else by SMS)]:value:(EMAIL SMS both)' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_confirm_sign_up() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_reset_mfa() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_delete_user() {
  _arguments -s \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_grant() {
  _arguments -s \
    '--group[Name of a group; at least one is required (repeatable)]:value: ' \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_revoke() {
  _arguments -s \
    '--group[Name of a group; at least one is required (repeatable)]:value: ' \
    '--user[The user\: sub, username, e-mail, phone or alias (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_create_group() {
  _arguments -s \
    '--name[Name, which cannot be changed later (required)]:value: ' \
    '--description[Purpose of the group]:value: ' \
    '--role-arn[IAM role that members can assume; needs --allow-role-groups]:value: ' \
    '--precedence[Priority among the groups of a user; the role of the lowest number applies]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_update_group() {
  _arguments -s \
    '--group[Name of the group (required)]:value: ' \
    '--description[Purpose of the group; an empty text removes it]:value: ' \
    '--role-arn[IAM role that members can assume; needs --allow-role-groups]:value: ' \
    '--precedence[Priority among the groups of a user; the role of the lowest number applies]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_delete_group() {
  _arguments -s \
    '--group[Name of the group (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_apply() {
  _arguments -s \
    '--file[CSV or JSONL file, UTF-8; - reads stdin (required)]:path:_files' \
    '--plan-hash[Only make the changes of the plan that --dry-run printed with this hash]:value: ' \
    '--max-changes[Maximum number of changes of the file (default\: 1000)]:value: ' \
    '--max-percent[Maximum share of the users of the pool that the file disables, deletes or takes out of groups (default\: 10)]:value: ' \
    '--restart[Forget what an earlier run of the same file did, and apply all of it]' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_serve() {
  _arguments -s \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write; where only inventory is given, none is written (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish the file even if more than half of the users, groups or memberships are gone]' \
    '--sync-resources[Read only these resources, such as user\:<id>,group\:<name>; a group with its members. As a partial run beside the full ones (default\: all)]:value: ' \
    '--sync-resource-types[Read only resources of these types\: user, group (default\: all)]:value: ' \
    '--skip-entitlements-and-grants[Read users and groups, and neither entitlements nor memberships]' \
    '--skip-grants[With sync-resources\: read no memberships]' \
    '--list-shards[Into how many parts that are read side by side the users are divided, 1 to 64, or auto\: as many as rate needs. A sync that does not prove the parts complete reads all users again; over gRPC the proof is weaker (default\: 1)]:value: ' \
    '--read-members[How memberships are read\: as the members of each group, as the groups of each user, or in the way that takes less time by the run before. By user needs AdminListGroupsForUser; a week after AWS refused it for one user, auto tries it again (default\: auto)]:value:(auto by-group by-user)' \
    '--skip-full-sync[Read nothing\: sync only validates, and a sync of the platform uploads a run without rows]' \
    '--sync-every[Interval of scheduled syncs to the file, from 1m to 7d, such as 30m, 1h or 24h (default\: no scheduled syncs)]:value: ' \
    '--sync-jitter-percent[Random shift of each scheduled sync, in percent of the interval (0 to 50; default\: 10)]:value: ' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--enrich[Read these into inventory, user by user\: mfa, last-sign-in. AWS bills each user whom mfa reads as active in that month, dormant users too. last-sign-in needs the pool'\''s threat protection (default\: nothing)]:value: ' \
    '--enrich-per-hour[Maximum number of calls an hour that enrich makes, of all processes together (1 to 100000; default\: 2000)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--client-secret-file[File that contains client-secret]:path:_files' \
    '--listen[Address of the gRPC service\: host\:port, ipv6\:port or unix\:/path; an address that other machines can reach needs TLS (default\: 127.0.0.1\:50051)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--tls-cert-file[PEM file with the certificate of the service and its chain (default\: no TLS)]:path:_files' \
    '--tls-key-file[PEM file with the private key of the certificate]:path:_files' \
    '--tls-client-ca-file[PEM file with CA certificates; every client then needs a certificate from one of these CAs (default\: no client certificates)]:path:_files' \
    '--tls-readers[Client certificates that may only read, by subject alternative name\: full DNS names, e-mail addresses or spiffe\:// URIs, separated by commas (default\: none)]:value: ' \
    '--tls-provisioners[Client certificates that may also change the pool; same format (default\: every certificate of the CA; none if --tls-readers is set)]:value: ' \
    '--auth-tokens-file[File with the hashes of the accepted bearer tokens, each with a role (default\: no tokens)]:path:_files' \
    '--jwt-jwks-url[URL of the JSON Web Key Set that verifies the accepted JWTs (default\: no JWTs)]:value: ' \
    '--jwt-jwks-file[File with the JSON Web Key Set, instead of a URL (default\: no JWTs)]:path:_files' \
    '--jwt-issuer[Issuer (iss) that each JWT must have]:value: ' \
    '--jwt-audience[Audience (aud) that each JWT must have]:value: ' \
    '--jwt-role-claim[Claim of the JWT that contains connector\:read or connector\:provision (default\: roles)]:value: ' \
    '--grace-seconds[Time for running calls and changes to end at shutdown, in seconds (1 to 3600; default\: 25)]:value: ' \
    '--max-connections[Maximum number of open connections, of about 80 KiB each; above it, one without a call is closed. The system'\''s limit on open files may lower it (1 to 1000000; default\: 2000)]:value: ' \
    '--max-calls[Maximum number of gRPC calls under way; one caller may have half of them (2 to 100000; default\: 2000)]:value: ' \
    '--max-queue-seconds[Calls of gRPC callers that may wait for the limiter in a quota category, as the seconds that they would take; above it, the caller with the most is answered UNAVAILABLE (5 to 3600; default\: 60)]:value: ' \
    '--disable-reflection[Turn off gRPC server reflection]' \
    '--scim[Serve SCIM 2.0 over HTTP\: identity providers create, change and remove users and groups (changes need --provisioning)]' \
    '--scim-listen[Address of the SCIM service\: host\:port, ipv6\:port or unix\:/path; an address that other machines can reach needs TLS (default\: 127.0.0.1\:8090)]:value: ' \
    '--scim-base-url[Base URL that clients use, for the locations in answers; for a service behind a proxy (default\: the address, with /scim/v2)]:value: ' \
    '--scim-external-id-attribute[Custom attribute of the pool that holds externalId (default\: kept in the state directory)]:value: ' \
    '--scim-display-name-attribute[Custom attribute of the pool that holds the displayName of a user (default\: kept in the state directory)]:value: ' \
    '--scim-deprovision[What DELETE of a user does\: delete the account, or disable it, sign it out and show it no more (default\: delete)]:value:(delete disable)' \
    '--scim-password[What becomes of a password that a client sends\: ignored, set to be changed at the next sign-in, or set permanently (default\: ignore)]:value:(ignore temporary permanent)' \
    '--scim-profile[Ids and mapping\: strict follows the RFCs; starling uses usernames and group names as ids, like One Identity'\''s connector (default\: strict)]:value:(strict starling)' \
    '--scim-verified[Addresses that are marked as verified when SCIM writes them\: email, phone, both or none (default\: email,phone)]:value: ' \
    '--scim-group-from-user[Let clients write the groups of a user on the user, as SailPoint does]' \
    '--scim-rate[Requests a second that one SCIM caller may send; more are answered 429 (1 to 100000; default\: 50)]:value: ' \
    '--scim-patch-answer[What a PATCH answers\: the resource, none (204), or auto\: users with the resource, groups with none unless attributes are named (default\: auto)]:value:(auto resource none)' \
    '--client-id[Client id of the governance platform, name@host/path\: do the platform'\''s tasks; needs client-secret (default\: no tasks)]:value: ' \
    '--task-concurrency[Maximum number of the platform'\''s tasks at once (1 to 100; default\: 3)]:value: ' \
    '--host-id[Name by which the platform knows this machine (default\: the host name)]:value: ' \
    '--c1-api-host[Host, with an optional port, of the platform'\''s API instead of the one in client-id (default\: the host of client-id)]:value: ' \
    '--get-tasks[Ask the platform for several tasks in one call]' \
    '--health-check[Open the HTTP endpoint for health and metrics]' \
    '--health-check-port[Port of the health endpoint; 0 lets the system choose one (0 to 65535; default\: 8081)]:value: ' \
    '--health-check-bind-address[Address of the health endpoint, such as 0.0.0.0 for probes from other machines; it shows no personal data (default\: 127.0.0.1)]:value: ' \
    '--otel-collector-endpoint[OpenTelemetry collector for traces\: a URL, or host\:port for https (default\: no traces)]:value: ' \
    '--otel-collector-endpoint-tls-cert-path[PEM file with the certificate of the collector or of its CA (default\: the CAs of Node.js)]:path:_files' \
    '--otel-collector-endpoint-tls-cert[The certificate itself as PEM text, instead of a file (default\: the CAs of Node.js)]:value: ' \
    '--otel-collector-endpoint-tls-insecure[Connect to host\:port of the collector without TLS]' \
    '--otel-tracing-disabled[Send no traces, even if a collector is set]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_health_check() {
  _arguments -s \
    '--endpoint[What to ask (default\: ready)]:value:(health ready live)' \
    '--timeout[How long to wait for the answer (default\: 5)]:value: ' \
    '--health-check-port[Port of the health endpoint; 0 lets the system choose one (0 to 65535; default\: 8081)]:value: ' \
    '--health-check-bind-address[Address of the health endpoint, such as 0.0.0.0 for probes from other machines; it shows no personal data (default\: 127.0.0.1)]:value: ' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
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
      'show:Print changes from the audit log'
      'verify:Check that the audit log was not altered'
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
    '--since[From this time\: 2026-11-21, 2026-11-21T08\:00\:00Z, or 24h or 7d ago]:value: ' \
    '--until[Before this time, in the same formats]:value: ' \
    '--kind[Kind of change, such as grant or delete-user]:value: ' \
    '--user[Changes of this user\: a sub, username or e-mail address]:value: ' \
    '--group[Changes of this group or its memberships]:value: ' \
    '--outcome[done, nothing-to-do, refused, failed, undone, partial or unknown]:value: ' \
    '--change[The change with this ID]:value: ' \
    '--by[Changes whose requester contains this text, such as cli\:root]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_audit_verify() {
  _arguments -s \
    '--expect-last[Last hash of an earlier check, which the log must still contain]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_recover() {
  _arguments -s \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_iam_policy() {
  _arguments -s \
    '--with[Include what these need, separated by commas\: provision, sessions, groups, passwords, attributes, enrich; or provisioning for all that change the pool]:value: ' \
    '--account-id[AWS account of the pool (default\: *, any account)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
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
      'show:Print the value and the source of each setting'
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
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write; where only inventory is given, none is written (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish the file even if more than half of the users, groups or memberships are gone]' \
    '--sync-resources[Read only these resources, such as user\:<id>,group\:<name>; a group with its members. As a partial run beside the full ones (default\: all)]:value: ' \
    '--sync-resource-types[Read only resources of these types\: user, group (default\: all)]:value: ' \
    '--skip-entitlements-and-grants[Read users and groups, and neither entitlements nor memberships]' \
    '--skip-grants[With sync-resources\: read no memberships]' \
    '--list-shards[Into how many parts that are read side by side the users are divided, 1 to 64, or auto\: as many as rate needs. A sync that does not prove the parts complete reads all users again; over gRPC the proof is weaker (default\: 1)]:value: ' \
    '--read-members[How memberships are read\: as the members of each group, as the groups of each user, or in the way that takes less time by the run before. By user needs AdminListGroupsForUser; a week after AWS refused it for one user, auto tries it again (default\: auto)]:value:(auto by-group by-user)' \
    '--skip-full-sync[Read nothing\: sync only validates, and a sync of the platform uploads a run without rows]' \
    '--sync-every[Interval of scheduled syncs to the file, from 1m to 7d, such as 30m, 1h or 24h (default\: no scheduled syncs)]:value: ' \
    '--sync-jitter-percent[Random shift of each scheduled sync, in percent of the interval (0 to 50; default\: 10)]:value: ' \
    '--inventory[The inventory\: a file of SQLite such as pool.db, or postgres\://host/database (default\: none)]:path:_files' \
    '--inventory-password-file[File that contains inventory-password]:path:_files' \
    '--enrich[Read these into inventory, user by user\: mfa, last-sign-in. AWS bills each user whom mfa reads as active in that month, dormant users too. last-sign-in needs the pool'\''s threat protection (default\: nothing)]:value: ' \
    '--enrich-per-hour[Maximum number of calls an hour that enrich makes, of all processes together (1 to 100000; default\: 2000)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--client-secret-file[File that contains client-secret]:path:_files' \
    '--listen[Address of the gRPC service\: host\:port, ipv6\:port or unix\:/path; an address that other machines can reach needs TLS (default\: 127.0.0.1\:50051)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--tls-cert-file[PEM file with the certificate of the service and its chain (default\: no TLS)]:path:_files' \
    '--tls-key-file[PEM file with the private key of the certificate]:path:_files' \
    '--tls-client-ca-file[PEM file with CA certificates; every client then needs a certificate from one of these CAs (default\: no client certificates)]:path:_files' \
    '--tls-readers[Client certificates that may only read, by subject alternative name\: full DNS names, e-mail addresses or spiffe\:// URIs, separated by commas (default\: none)]:value: ' \
    '--tls-provisioners[Client certificates that may also change the pool; same format (default\: every certificate of the CA; none if --tls-readers is set)]:value: ' \
    '--auth-tokens-file[File with the hashes of the accepted bearer tokens, each with a role (default\: no tokens)]:path:_files' \
    '--jwt-jwks-url[URL of the JSON Web Key Set that verifies the accepted JWTs (default\: no JWTs)]:value: ' \
    '--jwt-jwks-file[File with the JSON Web Key Set, instead of a URL (default\: no JWTs)]:path:_files' \
    '--jwt-issuer[Issuer (iss) that each JWT must have]:value: ' \
    '--jwt-audience[Audience (aud) that each JWT must have]:value: ' \
    '--jwt-role-claim[Claim of the JWT that contains connector\:read or connector\:provision (default\: roles)]:value: ' \
    '--grace-seconds[Time for running calls and changes to end at shutdown, in seconds (1 to 3600; default\: 25)]:value: ' \
    '--max-connections[Maximum number of open connections, of about 80 KiB each; above it, one without a call is closed. The system'\''s limit on open files may lower it (1 to 1000000; default\: 2000)]:value: ' \
    '--max-calls[Maximum number of gRPC calls under way; one caller may have half of them (2 to 100000; default\: 2000)]:value: ' \
    '--max-queue-seconds[Calls of gRPC callers that may wait for the limiter in a quota category, as the seconds that they would take; above it, the caller with the most is answered UNAVAILABLE (5 to 3600; default\: 60)]:value: ' \
    '--disable-reflection[Turn off gRPC server reflection]' \
    '--scim[Serve SCIM 2.0 over HTTP\: identity providers create, change and remove users and groups (changes need --provisioning)]' \
    '--scim-listen[Address of the SCIM service\: host\:port, ipv6\:port or unix\:/path; an address that other machines can reach needs TLS (default\: 127.0.0.1\:8090)]:value: ' \
    '--scim-base-url[Base URL that clients use, for the locations in answers; for a service behind a proxy (default\: the address, with /scim/v2)]:value: ' \
    '--scim-external-id-attribute[Custom attribute of the pool that holds externalId (default\: kept in the state directory)]:value: ' \
    '--scim-display-name-attribute[Custom attribute of the pool that holds the displayName of a user (default\: kept in the state directory)]:value: ' \
    '--scim-deprovision[What DELETE of a user does\: delete the account, or disable it, sign it out and show it no more (default\: delete)]:value:(delete disable)' \
    '--scim-password[What becomes of a password that a client sends\: ignored, set to be changed at the next sign-in, or set permanently (default\: ignore)]:value:(ignore temporary permanent)' \
    '--scim-profile[Ids and mapping\: strict follows the RFCs; starling uses usernames and group names as ids, like One Identity'\''s connector (default\: strict)]:value:(strict starling)' \
    '--scim-verified[Addresses that are marked as verified when SCIM writes them\: email, phone, both or none (default\: email,phone)]:value: ' \
    '--scim-group-from-user[Let clients write the groups of a user on the user, as SailPoint does]' \
    '--scim-rate[Requests a second that one SCIM caller may send; more are answered 429 (1 to 100000; default\: 50)]:value: ' \
    '--scim-patch-answer[What a PATCH answers\: the resource, none (204), or auto\: users with the resource, groups with none unless attributes are named (default\: auto)]:value:(auto resource none)' \
    '--client-id[Client id of the governance platform, name@host/path\: do the platform'\''s tasks; needs client-secret (default\: no tasks)]:value: ' \
    '--task-concurrency[Maximum number of the platform'\''s tasks at once (1 to 100; default\: 3)]:value: ' \
    '--host-id[Name by which the platform knows this machine (default\: the host name)]:value: ' \
    '--c1-api-host[Host, with an optional port, of the platform'\''s API instead of the one in client-id (default\: the host of client-id)]:value: ' \
    '--get-tasks[Ask the platform for several tasks in one call]' \
    '--grant-entitlement[Grant this entitlement, such as group\:admins\:member, and end]:value: ' \
    '--grant-principal[ID of the user who gets the entitlement]:value: ' \
    '--grant-principal-type[Resource type of the principal, which is user]:value: ' \
    '--revoke-grant[Revoke this grant, such as group\:admins\:member\:user\:<id>, and end; file is searched for it]:value: ' \
    '--create-account-login[Create an account with this login, and end]:value: ' \
    '--create-account-email[Create an account with this e-mail address, and end]:value: ' \
    '--create-account-profile[Create an account with this profile, a JSON object, and end]:value: ' \
    '--create-account-resource-type[Resource type of the account, which is user]:value: ' \
    '--delete-resource[Delete the user or group with this ID, and end]:value: ' \
    '--delete-resource-type[Resource type of what is deleted\: user or group]:value: ' \
    '--rotate-credentials[Give the user with this ID a random password, and end; needs encrypt-to]:value: ' \
    '--rotate-credentials-type[Resource type of the user, which is user]:value: ' \
    '--encrypt-to[File with the public JWK or age recipient that a random password is encrypted to and printed; an account gets no password without it]:path:_files' \
    '--invoke-action[Run the action of this name, wait for its result, and end]:value: ' \
    '--invoke-action-args[Arguments of the action, a JSON object (default\: {})]:value: ' \
    '--invoke-action-resource-type[Resource type that the action changes]:value: ' \
    '--list-action-schemas[Print the actions, and end]' \
    '--list-action-schemas-resource-type[Only the actions of this resource type]:value: ' \
    '--event-feed[Print the events that the inventory has recorded, oldest first, and end (default\: false)]:value: ' \
    '--event-feed-id[ID of the event feed, which is baton_feed_event]:value: ' \
    '--event-feed-start-at[Time of the first event, such as 2026-11-21T18\:00\:00Z]:value: ' \
    '--event-feed-cursor[Where an earlier listing of the events ended]:value: ' \
    '--c1z-temp-dir[Existing directory that file is unpacked in to find a grant; a sync keeps its working files in state-dir (default\: the system'\''s temporary directory)]:path:_files' \
    '--health-check[Open the HTTP endpoint for health and metrics]' \
    '--health-check-port[Port of the health endpoint; 0 lets the system choose one (0 to 65535; default\: 8081)]:value: ' \
    '--health-check-bind-address[Address of the health endpoint, such as 0.0.0.0 for probes from other machines; it shows no personal data (default\: 127.0.0.1)]:value: ' \
    '--otel-collector-endpoint[OpenTelemetry collector for traces\: a URL, or host\:port for https (default\: no traces)]:value: ' \
    '--otel-collector-endpoint-tls-cert-path[PEM file with the certificate of the collector or of its CA (default\: the CAs of Node.js)]:path:_files' \
    '--otel-collector-endpoint-tls-cert[The certificate itself as PEM text, instead of a file (default\: the CAs of Node.js)]:value: ' \
    '--otel-collector-endpoint-tls-insecure[Connect to host\:port of the collector without TLS]' \
    '--otel-tracing-disabled[Send no traces, even if a collector is set]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
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
      'list:Print the actions'
      'invoke:Run one action'
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
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_actions_invoke() {
  _arguments -s \
    '--args[Arguments as a JSON object; - reads them from stdin, which a password requires (required)]:value: ' \
    '--user-pool-id[ID of the user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[AWS Region of the pool; it must match the pool ID (default\: the Region in the pool ID)]:value: ' \
    '--user-id[What identifies a user\: sub never changes and is never reused; username can be reused (default\: sub)]:value:(sub username)' \
    '--rate[Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile in the AWS config and credentials files (default\: the AWS default credential chain)]:value: ' \
    '--aws-access-key-id-file[File that contains aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that contains aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that contains aws-session-token]:path:_files' \
    '--aws-assume-role-arn[IAM role to assume, for example for a pool in another AWS account]:value: ' \
    '--aws-assume-role-external-id[External ID that the trust policy of the role requires]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Lifetime of the role session in seconds; the connector renews the session (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets as flags, although every user of the machine can read them]' \
    '--endpoint-url[URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit (default\: the AWS endpoint of the Region)]:value: ' \
    '--use-fips-endpoint[Use the FIPS 140 endpoint; in GovCloud it is the only one]' \
    '--use-dualstack-endpoint[Use the dual-stack endpoint, which supports IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to connect to without a proxy, separated by commas]:value: ' \
    '--ca-bundle[PEM file of the CAs to trust at AWS, such as that of a proxy that inspects TLS; also ca_bundle in ~/.aws/config (default\: the CAs of Node.js)]:path:_files' \
    '--patience-seconds[How long one call to AWS is tried again before it fails, in seconds; reads on a terminal give up after 20 (5 to 3600; default\: 120)]:value: ' \
    '--http-timeout-seconds[Longest time that one call to AWS may take, in seconds (1 to 1800; default\: 300)]:value: ' \
    '--redis-url[Redis in which all instances of the account and Region share --rate\: redis\://host\:port/database, redis+sentinel\://host,host/master or redis+cluster\://host,host; with TLS rediss (default\: none)]:value: ' \
    '--redis-username[User name at Redis]:value: ' \
    '--redis-password-file[File that contains redis-password]:path:_files' \
    '--redis-sentinel-password-file[File that contains redis-sentinel-password]:path:_files' \
    '--redis-ca-file[PEM file of the CAs to trust at Redis (default\: the CAs of Node.js)]:path:_files' \
    '--redis-prefix[What the keys in Redis begin with; instances with another prefix do not share (default\: cognito-connector)]:value: ' \
    '--aws-account-id[AWS account of the pool, for the key in Redis; asked of the pool unless it is known (default\: that of the role to assume, else that of the pool'\''s ARN)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Show the change, but do not make it]' \
    '--reason[Why the change is made; the audit log keeps it]:value: ' \
    '--client-metadata[What Cognito hands to the Lambda triggers of the pool with a change\: key=value pairs, separated by commas; never logged]:value: ' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: full names, separated by commas; * and ? are wildcards (default\: all)]:value: ' \
    '--groups-deny[Groups that may not be changed, even if --groups-allow includes them; same format (default\: none)]:value: ' \
    '--allow-role-groups[Allow grants of groups with an IAM role, and setting the role of a group]' \
    '--allow-federated-writes[Allow changes to passwords and attributes of users from an identity provider]' \
    '--delete-requires-disabled[Delete only users that are already disabled]' \
    '--end-sessions[Sign users out when they lose a group; tokens that were issued keep the group until they expire]' \
    '--max-deletions-per-hour[Maximum number of deletions in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Maximum number of users disabled in an hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-day[Maximum number of invitations in a day, as Cognito'\''s own sender has 50 e-mails a day; 0 refuses all (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Maximum number of groups of one user; the AWS quota is 100 and can be raised (1 to 10000; default\: 100)]:value: ' \
    '--insecure[Allow plain text beyond this machine\: clients without TLS, and an http endpoint-url]' \
    '--state-dir[Directory of all that is kept for the pool\: change journal, audit log, the run of a sync (default\: $XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>)]:path:_files' \
    '--output[Format of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--csv-raw[Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs]' \
    '--log-level[Lowest level of the log lines on stderr; only debug lines contain the names of users and groups (default\: info)]:value:(debug info warn error)' \
    '--log-level-debug-expires-at[Time at which the log level debug changes to info, such as 2026-11-21T18\:00\:00Z (default\: never)]:value: ' \
    '--log-format[Format of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--log-path[Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case (default\: only stderr)]:path:_files' \
    '--config[YAML file with settings (default\: ./.baton.yaml, if it exists)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_capabilities() {
  _arguments -s \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_completion() {
  _arguments -s \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :(bash zsh fish powershell)'
}

_connector_version() {
  _arguments -s \
    '--output[Output format (default\: text)]:value:(text json)' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_help() {
  _arguments -s \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :(settings validate sync list get inspect query changes diff report create-account update-user enable-user disable-user sign-out-user set-password rotate-password reset-password resend-invitation confirm-sign-up reset-mfa delete-user grant revoke create-group update-group delete-group apply serve health-check audit recover iam-policy config actions capabilities completion version)'
}

if [ "$funcstack[1]" = "_connector" ]; then
  _connector "$@"
else
  compdef _connector connector
fi
