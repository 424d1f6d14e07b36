#!/bin/sh
#SBATCH --job-name=continual-learning
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --requeue
#
# A benchmark as a Slurm array, on a disk that all machines share:
#   npm run benchmark -- --help                                     once, so that everything is set up
#   sbatch test/examples/slurm-array.sh --seeds 1,2,3,4,5           more options of the benchmark as you like
#   npm run results -- compare --store runs                         at any time
# Each job runs its part of the plan. One that was killed and is queued again, alone or with all others, does what is missing.
set -eu

PARTS=8 # as many as --array has, also where only some of them are queued again
cd "${SLURM_SUBMIT_DIR:-.}"

exec node dist/src/benchmark/cli.js --shard "$SLURM_ARRAY_TASK_ID/$PARTS" --workers "${SLURM_CPUS_PER_TASK:-1}" \
  --store "${STORE:-runs}" "$@"
