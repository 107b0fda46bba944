"""Why a step is risky, and the shape of a rule that says so."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a step is risky, the gravest first."""

    DELETES = "deletes data"
    DESTROYS = "destroys infrastructure"
    OVERWRITES = "overwrites data"
    SCHEMA = "changes a database schema"
    HISTORY = "rewrites shared history"
    PROTECTION = "disables a protection"
    CREDENTIALS = "changes credentials"
    FIREWALL = "changes a firewall rule"
    ROUTING = "changes routing or DNS"
    INFRASTRUCTURE = "changes infrastructure"
    VERSION = "upgrades what cannot be downgraded"
    FAILOVER = "fails over to another system"
    ZERO = "scales to zero"
    STOPS = "stops a shared service"
    RESTARTS = "restarts a shared service"
    EVICTS = "removes running workloads"
    USERS = "changes many users"
