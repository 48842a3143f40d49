import { useLocation, useNavigate } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { useToast } from "#app/components/toast.tsx";
import { useExpiryAlarm } from "#app/realtime/clock/use-expiry-alarm.ts";

interface TimerAlarmProps {
  userId: string;
  channel: string;
  sound: boolean;
  loadedAt: number;
}

/** Where the timers themselves are on the screen. */
const SHOWS_TIMERS = /^\/family(\/tablet)?$/;

/** Tells of timers that end, on every page. Shows nothing itself. */
export function TimerAlarm(props: TimerAlarmProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  useExpiryAlarm({
    ...props,
    describe: ({ name }) => ({ title: t("timers.up"), body: name }),
    open: (path) => navigate(path),
    onEnded: ({ name }) => {
      if (!SHOWS_TIMERS.test(pathname)) toast(t("timers.upNamed", { name }), "good");
    },
  });
  return null;
}
