"""Tries the AWS stack's install for real: `python -m tests.aws`, as root, with debootstrap; takes minutes.

In a clean Debian root, the user data of the stack (created in moto) installs the release of the last commit, up to a
healthy scheduler; Airflow runs one sandbox day; then come an upgrade, upgrades that fail and go back (a DAG that cannot
be imported, a scheduler that does not start in time, SIGTERM), and an archive with a wrong checksum. Every request to
AWS is compared with what the machine's role allows.
"""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3

from pipeline.sandbox.serve import running
from pipeline.window import Window, last_full_day
from tests.aws import releases, root, stack
from tests.aws.door import door_to
from tests.aws.machine import ACCOUNTS, PATIENCE, Machine, prepare, say, user_data
from tests.aws.releases import Release
from tests.bench.airflow_dag import free_port

FOLDER = Path("/var/tmp/aviary-aws-trial")
EDITED = ACCOUNTS + "# edited on the machine\n"
# What AWS's own agent asks for, which the trial cannot run.
OF_THE_AGENT = {
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
SHORT = 45  # seconds that a release gets whose scheduler does not start


def run_a_day(machine: Machine, port: int) -> str:
    """Switch the DAG on, wait for its run, and look at what it left; return the run's id."""
    machine.bash("aviary airflow dags unpause aviary_daily --yes")
    deadline = time.monotonic() + PATIENCE
    while not (ended := machine.query("select run_id, state from dag_run where end_date is not null")):
        if time.monotonic() > deadline:
            raise SystemExit(
                f"the run did not end: {machine.query('select task_id, state from task_instance')}"
            )
        time.sleep(2)
    [(run_id, state)] = ended
    tasks = machine.query("select task_id, state, count(*) from task_instance group by 1, 2 order by 1")
    say(f"{run_id}: {state}; {', '.join(' '.join(task) for task in tasks)}")
    assert state == "success"
    read_back_log(machine, port, run_id)
    return run_id


def read_back_log(machine: Machine, port: int, run_id: str) -> None:
    """Read a task's log as the UI does, and see that it comes from the bucket."""
    logs = machine.s3.list_objects_v2(Bucket="lake", Prefix="logs/airflow/")["KeyCount"]
    script = f"""
import json, pathlib, urllib.parse, urllib.request
home = pathlib.Path("/var/lib/aviary/airflow")
password = json.loads((home / "simple_auth_manager_passwords.json.generated").read_text())["admin"]
def ask(path, body=None, token=""):
    data = json.dumps(body).encode() if body else None
    headers = {{"Content-Type": "application/json", "Authorization": "Bearer " + token}}
    asked = urllib.request.Request("http://127.0.0.1:{port}" + path, data, headers)
    return urllib.request.urlopen(asked).read().decode()
token = json.loads(ask("/auth/token", {{"username": "admin", "password": password}}))["access_token"]
run = urllib.parse.quote("{run_id}")
print(ask(f"/api/v2/dags/aviary_daily/dagRuns/{{run}}/taskInstances/plan/logs/1", token=token))
"""
    machine.root.write("trial/log.py", script)
    log = machine.bash("python3 /trial/log.py").stdout
    assert "s3://lake/logs/airflow/" in log, log[:2000]
    say(f"{logs} task logs are in the bucket, and the UI reads them there")


def look_for_the_report(machine: Machine) -> None:
    """Run what the timer runs, and see what CloudWatch got."""
    machine.bash(f"python3 /trial/services.py start aviary-fresh@{machine.current()}.service")
    told = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="Aviary",
        MetricName="ReportIsThere",
        Dimensions=[{"Name": "Lake", "Value": machine.outputs["Lake"]}],
        StartTime=datetime.now(UTC) - timedelta(hours=1),
        EndTime=datetime.now(UTC) + timedelta(hours=1),
        Period=7200,
        Statistics=["Minimum"],
    )
    assert [point["Minimum"] for point in told["Datapoints"]] == [1.0], told
    say("the metric ReportIsThere is 1")


def forget_a_post(machine: Machine) -> None:
    """Remove a post with all its older versions."""
    told = machine.bash("aviary sql 'select post_id from posts limit 1'").stdout
    post = next(word for word in told.split() if word.isdigit() and len(word) > 12)
    machine.bash(f"aviary forget --post {post} --yes")
    say("a post was forgotten, older versions included")


def upgrades(machine: Machine, first: Release, run_id: str) -> None:
    """Go over to another release, fail to go over to others, and see what stays."""
    (machine.root.folder / "etc/aviary/accounts.yaml").write_text(EDITED)
    second = releases.changed(first, f"{first.version}.1")
    broken = releases.changed(
        first,
        f"{first.version}.2",
        {"dags/aviary_daily.py": ("import logging\n", "import logging\nimport not_there\n")},
    )
    say(f"upgrade to {second.version}")
    machine.install(second)
    stays(machine, second, run_id)
    say("the same release again")
    machine.install(second)
    stays(machine, second, run_id)
    say(f"upgrade to {broken.version}, whose DAG cannot be imported")
    told = machine.install(broken, check=False)
    assert any("BROKEN DAG" in line for line in told), told
    stays(machine, second, run_id)
    lame = releases.changed(
        first,
        f"{first.version}.3",
        {"config/aws/systemd/aviary-scheduler@.service": ("start.py scheduler", "start.py nothing")},
    )
    say(f"upgrade to {lame.version}, whose scheduler does not start, within {SHORT} seconds")
    began = time.monotonic()
    told = machine.install(lame, check=False, healthy_within=SHORT)
    assert time.monotonic() - began > SHORT
    assert any(f"aviary-scheduler@{lame.version}.service does not run" in line for line in told), told
    stays(machine, second, run_id)
    say("the same, interrupted by SIGTERM while it waits")
    told = machine.install(lame, check=False, interrupt=True)
    assert "aviary: interrupted" in told, told
    stays(machine, second, run_id)
    say("an archive with another checksum")
    spoiled = Release(broken.archive.with_name("aviary-9-release.tar.gz"), "9")
    spoiled.archive.write_bytes(broken.archive.read_bytes() + b"more")
    machine.s3.upload_file(str(spoiled.archive), "lake", f"deploy/{spoiled.archive.name}")
    refused = machine.bash(
        f"bash /opt/aviary/current/config/aws/install.sh s3://lake/deploy/{spoiled.archive.name} {broken.sha256}",
        check=False,
    )
    say(f"    {refused.stdout.strip().splitlines()[-1]}")
    assert refused.returncode == 1
    stays(machine, second, run_id)


def stays(machine: Machine, release: Release, run_id: str) -> None:
    """Assert that this release runs, and that accounts.yaml and Airflow's history are as they were."""
    assert machine.current() == release.version
    assert (machine.root.folder / "etc/aviary/accounts.yaml").read_text() == EDITED
    assert [run_id, "success"] in machine.query("select run_id, state from dag_run")
    assert machine.query("select count(*) from import_error") == [["0"]]
    active = machine.bash(
        "cd /run/aviary-services; for unit in aviary-*.service; do"
        " python3 /trial/services.py is-active $unit && echo $unit; done; true"
    ).stdout.split()
    assert {unit.partition("@")[2].removesuffix(".service") for unit in active} == {release.version}, active
    enabled = machine.bash("cd /run/aviary-services; ls enabled-*").stdout.split()
    assert {Path(unit.partition("@")[2]).stem for unit in enabled} == {release.version}, enabled
    say(f"{release.version} runs; accounts.yaml and Airflow's history are as they were")


def main() -> None:
    """Run the trial; ends with exit code 1 and a reason when something is not as promised."""
    if os.geteuid() or not shutil.which("debootstrap"):
        sys.exit("this needs root, and debootstrap (apt-get install debootstrap)")
    FOLDER.mkdir(exist_ok=True)
    for name in ("root", "sandbox", "releases"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    (FOLDER / "releases").mkdir()
    root.make(FOLDER / "base")
    subprocess.run(["cp", "-a", FOLDER / "base", FOLDER / "root"], check=True)
    say(f"a clean root of Debian {root.SUITE}")
    first = releases.of_last_commit(FOLDER / "releases")
    day = last_full_day(datetime.now(UTC), "UTC")
    now, port = Window(day, "UTC").end + timedelta(hours=3), free_port()
    with ExitStack() as ending:
        sandbox = ending.enter_context(running(FOLDER / "sandbox", story_day=day))
        ending.enter_context(stack.nobodys_aws())
        outputs = stack.create("lake", "aviary/", Release=first.archive.name, ReleaseSha256=first.sha256)
        door = ending.enter_context(
            door_to(sandbox.environment["AWS_ENDPOINT_URL_S3"], stack.machine_statements())
        )
        machine = Machine(ending.enter_context(root.running(FOLDER / "root")), sandbox, door, outputs)
        prepare(machine, first)
        say(f"user data installs {first.version}")
        told = machine.bash(user_data(machine, port, now)).stdout
        say(f"    {told.strip().splitlines()[-1]}")
        assert machine.current() == first.version
        run_id = run_a_day(machine, port)
        look_for_the_report(machine)
        machine.bash("aviary check --live --yes")
        forget_a_post(machine)
        upgrades(machine, first, run_id)
        unused = [line for line in door.unused() if line.split()[0] not in OF_THE_AGENT]
        asked = Counter(action for _, action in door.used.elements())
        say(
            f"requests by action: {', '.join(f'{action} {count}' for action, count in sorted(asked.items()))}"
        )
        say(f"refused by the role: {door.refused or 'nothing'}; allowed and not used: {unused or 'nothing'}")
        if door.refused or unused:
            sys.exit("the role is not exactly what the machine needs")


if __name__ == "__main__":
    main()
