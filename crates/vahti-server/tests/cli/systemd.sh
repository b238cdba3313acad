#!/bin/sh
# What an operator does with the installed package, beside a systemd of its own. Each line has to succeed: the log ends with the one
# that did not.
exec >/mnt/log 2>&1
set -eux

config=/etc/vahti/vahti.toml

show() { systemctl show vahti --property "$1" --value; }
until_it_is() { until [ "$(show "$1")" = "$2" ]; do sleep 0.1; done; }
answers() { curl --fail --silent --show-error http://127.0.0.1:7300/readyz; }
fails() { if "$@"; then false; fi; }

# Installing starts it, and what has started it comes back once it answers.
rm -f /usr/sbin/policy-rc.d
dpkg --install /mnt/1.0.0-1.deb
answers
vahti key create --config $config --role app --name lms
for _ in 1 2 3; do
    systemctl restart vahti
    answers
done

# However it ends, it is started again.
for times in 1 2; do
    kill -s "$([ $times = 1 ] && echo HUP || echo KILL)" "$(show MainPID)"
    until_it_is NRestarts $times
    until_it_is SubState running
    answers
done

# An upgrade restarts it.
before=$(show MainPID)
dpkg --install /mnt/1.0.0-2.deb
[ "$(show MainPID)" != "$before" ]
answers

# A wrong configuration is told at once, and tried once.
cp $config /root/right.toml
echo 'max_per_usr = 1' >>$config
fails systemctl restart vahti
[ "$(show SubState)" = failed ]
journalctl --unit vahti | grep max_per_usr
cp /root/right.toml $config
systemctl start vahti
answers

# A port that somebody else has is told at once, too, and tried until it is free.
systemctl stop vahti
python3 -m http.server --bind 127.0.0.1 7300 &
until curl --silent --output /dev/null http://127.0.0.1:7300/; do sleep 0.1; done
fails systemctl start vahti
kill $!
until_it_is SubState running
answers
vahti key list --config $config | grep lms

# It stays where one puts it.
systemctl stop vahti
[ "$(show SubState) $(show Result)" = "dead success" ]
systemctl start vahti
dpkg --purge vahti
fails systemctl is-active vahti
[ -f /var/lib/vahti/vahti.db ]

touch /mnt/done
