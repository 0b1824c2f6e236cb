# A run that goes on however often it is interrupted: `make -f train.mk CONFIGS="a.yml b.yml"`.
# Exit code 75 says that a run was asked to stop and has saved: the same command continues it.
# HOSTFILE=hosts trains on the hosts of that file, by ssh.
CONFIGS := demo.yml
HOSTFILE :=
NEOX_TRAIN := neox-train

launch := $(if $(HOSTFILE),--hostfile $(HOSTFILE) --launcher ssh)

train: doctor
	$(NEOX_TRAIN) $(CONFIGS) $(launch)

doctor:
	$(NEOX_TRAIN) doctor $(CONFIGS) $(if $(HOSTFILE),--hostfile $(HOSTFILE))

.PHONY: train doctor
