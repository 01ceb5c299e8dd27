"""slipway-simulate as a program: twice the same seed is twice the same output, and what it refuses."""
import subprocess
import sys

program = sys.argv[1]
count = 0


def run(*arguments):
    return subprocess.run([program, *arguments], capture_output=True, check=False)


def check(condition, what):
    global count
    count += 1
    print(f"{'ok' if condition else 'not ok'} {count} - {what}", flush=True)


for seed, instances in (("1", "1"), ("2", "1"), ("3", "3")):
    arguments = ("--seed", seed, "--streams", "10", "--hours", "1", "--instances", instances, "--trace")
    first, second = run(*arguments), run(*arguments)
    check(first.returncode == 0, f"seed {seed} holds")
    check(first.stdout == second.stdout and len(first.stdout) > 1000, f"seed {seed} is the same run twice, byte for byte")
check(run("--instances", "0").returncode == 64, "no engine is refused")
check(run("--only", "earthquake").returncode == 64, "an unknown fault is refused")
check(run("--streams", "0").returncode == 64, "no streams are refused")
print(f"1..{count}")
