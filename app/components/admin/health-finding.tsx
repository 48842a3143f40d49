import { Banner } from "#app/components/banner.tsx";
import type { Tone } from "#app/components/badge.tsx";

interface HealthFindingProps {
  tone: Extract<Tone, "bad" | "waiting">;
  what: string;
  todo: string;
  code: string;
  /** Before the settings' names. */
  lookAt?: string;
  settings?: readonly string[];
}

/** What is wrong, what to do about it, which settings to look at; the code small beside it. */
export const HealthFinding = ({ tone, what, todo, code, lookAt, settings = [] }: HealthFindingProps) => (
  <Banner tone={tone} title={what}>
    <p>{todo}</p>
    {settings.length > 0 && (
      <p className="mt-2 flex flex-wrap items-center gap-1.5">
        <span>{lookAt}</span>
        {settings.map((name) => (
          <code key={name} dir="ltr" className="rounded-sm bg-surface px-1.5 py-0.5 text-xs text-ink">
            {name}
          </code>
        ))}
      </p>
    )}
    <code className="mt-2 block text-xs text-ink-soft">
      <bdi>{code}</bdi>
    </code>
  </Banner>
);
