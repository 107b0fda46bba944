"""Commands that can hurt. They count in any sentence: nobody types one by the way.

A rule is a line: words of which one must be there, the pattern, the reason, and whether
data may be lost. The text is folded before (see ``reports.folded``).
"""

import re
from typing import NamedTuple

from assistant.services.triage.effects.reasons import Reason


class Finding(NamedTuple):
    """A reason, and whether what is done may lose data."""

    reason: Reason
    data: bool


class _Rule:
    """``words`` are looked for first, in small letters: cheap, and they name the tool."""

    __slots__ = ("finding", "pattern", "words")

    def __init__(self, words: str, pattern: str, reason: Reason, data: bool = False) -> None:
        self.words = tuple(words.split())
        self.pattern = re.compile(pattern, re.IGNORECASE)
        self.finding = Finding(reason, data)


# Up to four options of a command, each with its value.
_OPTIONS = r"(?: --?[\w-]{1,40}(?:[= ][\w./:@-]{1,80})?){0,4}"
# The rest of one command.
_REST = r"[^\n`;|]{0,200}?"
# Where a command begins.
_START = r"(?:^|[`;|&(\n$] ?|\b(?:sudo|run|ran|xargs|exec|use) (?:` )?)"
_KUBE = rf"\b(?:kubectl|oc)(?: adm)?{_OPTIONS}"
_RUNNING = r"(?:pods?|po|jobs?|nodes?|rs|replicasets?|events?|deploy(?:ment)?s?)[ /]"
_PLATFORM = (
    r"(?:kube-system|dns|ingress|gateway|istio|postgres|mysql|mongo|redis|kafka|rabbitmq|etcd)"
)
_CLIENTS = (
    "az gcloud gsutil oci openstack velero eksctl helm docker podman crictl rbd ceph consul vault "
    "etcdctl argocd flux zfs zpool vssadmin restic borg virsh gh"
)
_CLIENT = rf"\b(?:{'|'.join(_CLIENTS.split())})(?: [\w./:@=-]{{1,60}}){{0,4}}? "
_TERRAFORM = r"\b(?:terraform|tofu|terragrunt|pulumi|cdk)(?: -\S{1,60})?"
_DESKTOP_SERVICES = r"(?:spooler|bits|wuauserv|cryptsvc|audiosrv)\b"

# fmt: off
_RULES = (
    # files, disks and tables
    _Rule("rm", rf"{_START}rm [-\w/~.*\"'$]|\brm -[rf]", Reason.DELETES, True),
    _Rule("rmdir rd del", r"\b(?:rmdir|rd) /s|\bdel /[fsq]", Reason.DELETES, True),
    _Rule("remove- clear-", r"\b(?:Remove-(?!ADGroupMember|PSSession|Module|Job)[A-Z]\w+|"
          r"Clear-(?:EventLog|RecycleBin|Disk))\b", Reason.DELETES, True),
    _Rule("find", r"\bfind [^\n`]{0,200} -(?:delete|exec rm)\b", Reason.DELETES, True),
    _Rule("mkfs wipefs shred blkdiscard diskpart", r"\b(?:mkfs|wipefs|shred|blkdiscard|diskpart)\b",
          Reason.DELETES, True),
    _Rule("format", r"\bformat [a-z]:|\bFormat-Volume\b", Reason.DELETES, True),
    _Rule("dd", r"\bdd (?:\w+=\S{1,200} ){0,6}[io]f=", Reason.DELETES, True),
    _Rule("remove mdadm", r"\b(?:lv|vg|pv)remove\b|\bmdadm --zero", Reason.DELETES, True),
    _Rule("truncate", r"\btruncate (?:-s|--size)|\btruncate table \w|(?-i:\bTRUNCATE \w)",
          Reason.DELETES, True),
    _Rule(">", r"(?:^|[`;&\n] ?):? ?> ?/\w|/dev/null ?> ?\S|\becho (?:''|\"\")? ?> ?/",
          Reason.DELETES, True),
    _Rule("crontab vacuum wevtutil", r"\bcrontab -r\b|--vacuum-\w+|\bwevtutil cl\b",
          Reason.DELETES, True),
    _Rule("userdel dropdb dropuser", r"\b(?:userdel|dropdb|dropuser)\b", Reason.DELETES, True),
    _Rule("delete", r"\bdelete from \S+ where\b|(?-i:\bDELETE (?:FROM\b|/?[a-z*_]))",
          Reason.DELETES, True),
    _Rule("drop", r"(?-i:\bDROP [A-Z]+\b)|\bdrop (?:table|database|schema|index|keyspace|user)\b",
          Reason.DELETES, True),
    _Rule("flush dropdatabase deletemany", r"\bFLUSH(?:ALL|DB)\b|\bdropDatabase\b|\bdeleteMany\b",
          Reason.DELETES, True),
    _Rule("delete", r"\b_delete_by_query\b|(?:-X ?|--request[ =]|-Method )[\"']?DELETE\b",
          Reason.DELETES, True),
    _Rule("kafka rsync", r"\b(?:kafka-topics|rsync)\S{0,3} [^\n`]{0,200}--delete\b",
          Reason.DELETES, True),
    _Rule("purge_queue resetwal rabbitmqctl",
          r"\bpurge_queue\b|\bpg_resetwal\b|\brabbitmqctl reset\b", Reason.DELETES, True),
    _Rule("update", r"(?-i:\bUPDATE \S{1,80} SET\b)|\bupdate \S{1,80} set \S{1,80} ?=",
          Reason.OVERWRITES, True),
    _Rule("alter", r"(?-i:\bALTER (?:TABLE|DATABASE)\b)|\balter table \w", Reason.SCHEMA, True),
    _Rule("alembic migrate",
          r"\balembic (?:up|down)grade\b|\b(?:db:|manage\.py |prisma |flyway |rails )"
          r"migrate\b", Reason.SCHEMA, True),
    _Rule("flyway liquibase", r"\bflyway (?:clean|repair)\b|\bliquibase update\b",
          Reason.SCHEMA, True),
    _Rule("restore impdp", r"\b(?:pg_restore|mongorestore|impdp)\b|(?-i:\bRESTORE DATABASE\b)",
          Reason.OVERWRITES, True),
    _Rule("restore", r"\b(?:velero|snapshot) restore\b(?! (?:get|describe|logs))",
          Reason.OVERWRITES, True),
    _Rule("mysql psql", r"\b(?:mysql|psql)\b[^\n`|]{0,80} < ", Reason.OVERWRITES, True),
    # clusters and clouds
    _Rule("kubectl oc", rf"{_KUBE} delete{_OPTIONS} {_RUNNING}", Reason.EVICTS),
    _Rule("kubectl oc", rf"{_KUBE} delete\b(?!{_OPTIONS} {_RUNNING})", Reason.DELETES, True),
    _Rule("kubectl oc", rf"{_KUBE} (?:drain|evict)\b|{_KUBE} replace\b{_REST}--force",
          Reason.EVICTS),
    _Rule("taint", rf"\btaint\b{_REST}:NoExecute\b", Reason.EVICTS),
    _Rule("rollout", rf"\brollout restart\b{_REST}{_PLATFORM}", Reason.RESTARTS),
    _Rule("replicas", r"--replicas(?:=| )0\b|\breplicas: ?0\b", Reason.ZERO),
    _Rule("destroy", rf"{_TERRAFORM} destroy\b", Reason.DESTROYS, True),
    _Rule("apply deploy taint", rf"{_TERRAFORM} (?:apply|deploy|taint)\b", Reason.INFRASTRUCTURE),
    _Rule("state force-unlock", r"\bterraform (?:state (?:rm|mv|push)|force-unlock)\b",
          Reason.INFRASTRUCTURE),
    _Rule("pulumi stack", r"\bpulumi up\b|\bupdate-stack\b", Reason.INFRASTRUCTURE),
    _Rule("aws", r"\baws [\w-]{1,40} (?:terminate|deregister)-", Reason.DESTROYS, True),
    _Rule("aws", r"\baws [\w-]{1,40} (?:batch-)?(?:delete|purge)-", Reason.DELETES, True),
    _Rule("aws", r"\baws s3 (?:rm|rb)\b|\baws s3 sync\b[^\n`]{0,200}--delete",
          Reason.DELETES, True),
    _Rule("aws", r"\b(?:reboot|stop)-(?:db-)?(?:instances?|cluster)\b", Reason.STOPS),
    _Rule(_CLIENTS, rf"{_CLIENT}(?:delete|del|destroy|rmi?|remove|purge|prune|uninstall|forget)\b",
          Reason.DELETES, True),
    _Rule("az gcloud", r"\b(?:az|gcloud)(?: [\w-]{1,40}){1,4}? (?:stop|restart|deallocate|reset)\b",
          Reason.STOPS),
    _Rule("failover promote switchover stepdown reinit",
          r"\bfailover-db-cluster\b|\bpg_promote\b|\bpg_ctl promote\b|\bstepDown\b|"
          r"\bpatronictl (?:failover|switchover|reinit)\b|\bstandby (?:promote|switchover)\b|"
          r"\b(?:sentinel|cluster) failover\b", Reason.FAILOVER),
    _Rule("move-cluster", r"\bMove-Cluster\w+", Reason.FAILOVER),
    _Rule("nodetool", r"\bnodetool (?:decommission|removenode|drain)\b", Reason.EVICTS, True),
    _Rule("get-", r"\bGet-(?:AD|Mailbox|Mg|Aad|Msol)\w*[^\n`]{0,300}\| ?(?:\S{1,40} \{? ?)?"
          r"(?:Disable|Enable|Set|Reset|Remove|Revoke)-", Reason.USERS),
    # shared history
    _Rule("git", rf"\bgit push\b{_REST} (?:--force|-f\b|--delete\b|\+\w)", Reason.HISTORY, True),
    _Rule("git", r"\bgit reset\b[^\n`;|]{0,80}--hard|\bgit clean -\w{0,5}f", Reason.HISTORY, True),
    _Rule("git", r"\bgit (?:filter-branch|filter-repo|branch -D)\b", Reason.HISTORY, True),
    # services and hosts
    _Rule("systemctl", r"\bsystemctl (?:restart|try-restart)\b", Reason.RESTARTS),
    _Rule("systemctl", r"\bsystemctl (?:stop|kill|isolate|reboot|poweroff|halt)\b", Reason.STOPS),
    _Rule("service init.d", r"(?:\bservice |\binit\.d/)\S{1,60} restart\b", Reason.RESTARTS),
    _Rule("service init.d", r"(?:\bservice |\binit\.d/)\S{1,60} stop\b", Reason.STOPS),
    _Rule("restart- iisreset",
          r"\bRestart-(?:Service|Computer|WebAppPool)\b(?! spooler)|\biisreset\b", Reason.RESTARTS),
    _Rule("stop-", r"\bStop-(?:Service|Computer|VM|Website)\b(?! spooler)", Reason.STOPS),
    _Rule("net", rf"\bnet stop (?!\W?{_DESKTOP_SERVICES})\S", Reason.STOPS),
    _Rule("shutdown", r"\bshutdown [-/+]?(?:[hrskft]\b|now|\d)", Reason.STOPS),
    _Rule("reboot halt poweroff init",
          r"(?:^|[`;&\n] ?|sudo )(?:reboot|halt|poweroff|init [06])(?=$|[ `;\n])", Reason.STOPS),
    _Rule("kill", r"\bkill -(?!0|l)\w{1,7} |\bkill \d{2,}|\b(?:killall|pkill)\b|(?-i:\bKILL \d)",
          Reason.STOPS),
    _Rule("supervisorctl pm2 apachectl docker",
          r"\b(?:supervisorctl|pm2|apachectl|docker[ -]compose)"
          r"(?: -\S{1,60}){0,4} (?:restart|stop|down)\b", Reason.STOPS),
    _Rule("ifdown nmcli mysqladmin", r"\bifdown \w|\bnmcli con\w{0,8} down\b|"
          r"\bmysqladmin [^\n`]{0,60}shutdown\b", Reason.STOPS),
    _Rule("pg_ rabbitmqctl",
          r"\bpg_terminate_backend\b|\bpg_ctl (?:stop|restart)\b|\brabbitmqctl stop", Reason.STOPS),
    # walls and ways
    _Rule("iptables nft",
          r"\biptables(?: -t \w+)? -[ADFIPRXZ]\b|\bnft (?:add|delete|flush|insert)\b",
          Reason.FIREWALL),
    _Rule("ufw", r"\bufw (?:allow|deny|delete|enable|reset|reject|limit)\b", Reason.FIREWALL),
    _Rule("firewall", r"\bfirewall-cmd [^\n`]{0,80}--(?:add|remove|permanent|set|reload)|"
          r"\bnetsh advfirewall (?:set|reset|firewall (?:add|set|delete))\b|"
          r"\b(?:New|Set|Remove|Disable|Enable)-NetFirewall\w+", Reason.FIREWALL),
    _Rule("security-group acl-entry",
          r"\b(?:authorize|revoke)-security-group|\bnetwork-acl-entry\b", Reason.FIREWALL),
    _Rule("ip",
          r"\bip route (?:add|del|delete|change|replace|flush)\b|\bip link set [^\n`]{0,60} down\b",
          Reason.ROUTING),
    _Rule("route nsupdate", rf"{_START}route (?:add|delete|-p)\b|\bnsupdate\b", Reason.ROUTING),
    _Rule("route record", r"\b(?:create|replace|delete)-route\b|\bchange-resource-record-sets\b|"
          r"\b(?:Add|Set|Remove)-DnsServerResourceRecord", Reason.ROUTING),
    # protections and credentials
    _Rule("ufw setenforce selinux",
          r"\bufw disable\b|\bsetenforce 0\b|\bSELINUX ?= ?(?:disabled|permissive)",
          Reason.PROTECTION),
    _Rule("mppreference bitlocker manage-bde auditctl", r"\bSet-MpPreference\b|\bmanage-bde -off\b|"
          r"\b(?:Suspend|Disable)-BitLocker\b|\bauditctl -e 0\b", Reason.PROTECTION),
    _Rule("systemctl",
          r"\bsystemctl (?:disable|mask)(?: --now)? (?:firewalld|auditd|apparmor|falco)",
          Reason.PROTECTION),
    _Rule("password passwd net", r"\bSet-ADAccountPassword\b|\bReset-\w{0,30}Password\b|"
          rf"{_START}(?:passwd|chpasswd)\b|\bnet user \S+ \*", Reason.CREDENTIALS),
    _Rule("renew rotate", r"\bcerts renew\b|\bcertbot renew\b|\brotate-secret\b",
          Reason.CREDENTIALS),
    _Rule("key vault revoke-", r"\b(?:create|update|delete)-access-key\b|\bRevoke-\w+|"
          r"\bvault [^\n`]{0,60}(?:revoke|rotate)\b", Reason.CREDENTIALS),
)
# fmt: on


def commands(text: str) -> list[Finding]:
    """What the commands in a folded text do that can hurt."""
    small = text.lower()
    return [
        rule.finding
        for rule in _RULES
        if any(word in small for word in rule.words) and rule.pattern.search(text)
    ]
