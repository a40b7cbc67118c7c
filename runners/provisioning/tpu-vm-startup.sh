#!/usr/bin/env bash
# Makes a TPU VM a runner when it boots.
#
#   gcloud compute tpus tpu-vm create NAME --zone ZONE --accelerator-type v5litepod-4 --version v2-alpha-tpuv5-lite \
#     --metadata-from-file startup-script=tpu-vm-startup.sh,portability-runner-token=TOKEN_FILE \
#     --metadata portability-repository=OWNER/NAME,portability-target=tpu-v5e
#
# The token reaches the VM as metadata, and code of nightly builds runs there. So the metadata server is out of reach for
# containers, and this script passes libtpu the metadata that it needs.

set -euo pipefail

metadata() {
  curl --fail --silent --show-error --header 'Metadata-Flavor: Google' \
    "http://metadata.google.internal/computeMetadata/v1/instance/attributes/$1"
}

repository=$(metadata portability-repository)
target=$(metadata portability-target)
accelerator=$(metadata accelerator-type)

apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends docker.io git jq
iptables --insert DOCKER-USER --destination 169.254.169.254 --jump DROP
source=$(mktemp --directory)
git clone --depth 1 "https://github.com/$repository" "$source"
cd "$source/runners/provisioning"

tpu=(--env TPU_SKIP_MDS_QUERY=1 --env TPU_WORKER_ID=0 --env TPU_WORKER_HOSTNAMES=localhost)
tpu+=(--env "TPU_ACCELERATOR_TYPE=$accelerator" --ulimit memlock=-1)
for device in /dev/vfio/* /dev/accel*; do # which of the two there are depends on the generation
  if [[ -e $device ]]; then
    chmod a+rw "$device" # any user may run the container
    tpu+=(--device "$device")
  fi
done

install --directory --mode 0700 /etc/portability-runner
(umask 077 && metadata portability-runner-token >/etc/portability-runner/token)
cat >/etc/portability-runner/settings <<SETTINGS
REPOSITORY=$repository
TARGET=$target
IMAGE=portability-runner
DEVICES=${tpu[*]}
SETTINGS

docker build --file Containerfile --tag portability-runner --build-arg "REPOSITORY=$repository" .
install -D --mode 0755 serve-job.sh /usr/local/lib/portability-runner/serve-job.sh
install --mode 0644 portability-runner.service /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now portability-runner
