import { useState, type ReactNode } from "react";

interface PreviewProps {
  /** Null for what is no picture. */
  src: string | null;
  className: string;
  /** Stands there instead of what is no picture, or one that this browser cannot show: whatever a name says, nobody has looked inside yet. */
  children: ReactNode;
}

/** A chosen picture as the device itself shows it. */
export function Preview({ src, className, children }: PreviewProps) {
  const [unseen, setUnseen] = useState<string | null>(null);
  if (src === null || src === unseen) return <>{children}</>;
  return <img src={src} alt="" className={className} onError={() => setUnseen(src)} />;
}
