/** A lit house in the evening with somebody coming home: the landing page's picture. */
export const HouseScene = () => (
  <svg aria-hidden viewBox="0 0 480 360" className="drawing mx-auto w-full max-w-140" fill="none" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round">
    <path className="tint" d="M36 246C20 150 92 44 236 40s222 78 212 178c-6 58-54 92-206 92S44 294 36 246z" />
    <circle cx="370" cy="104" r="24" className="paper" />
    {/* House */}
    <path className="paper" d="M132 300V168l108-78 108 78v132z" />
    <path d="M108 186 240 90l132 96" />
    <path className="paper" d="M300 133V98h26v54" />
    <path d="M294 98h38" />
    {/* Door */}
    <path className="glow" d="M216 300v-66a24 24 0 0 1 48 0v66z" />
    <circle cx="254" cy="262" r="2.5" />
    {/* Windows */}
    <path className="glow" d="M156 206a4 4 0 0 1 4-4h28a4 4 0 0 1 4 4v32a4 4 0 0 1-4 4h-28a4 4 0 0 1-4-4z" />
    <path d="M174 202v40M156 222h36" />
    <path className="glow" d="M288 206a4 4 0 0 1 4-4h28a4 4 0 0 1 4 4v32a4 4 0 0 1-4 4h-28a4 4 0 0 1-4-4z" />
    <path d="M306 202v40M288 222h36" />
    <circle cx="240" cy="150" r="17" className="glow" />
    <path d="M240 133v34M223 150h34" />
    {/* Ground, tree, path */}
    <path d="M48 300h384M226 300c-4 14-18 24-40 30M254 300c2 12 10 20 24 26" />
    <path className="leaf" d="M392 300v-42M392 258c-18 0-28-12-28-28s12-34 28-34 28 18 28 34-10 28-28 28z" />
    <path d="M392 272l12-12M392 262l-10-10" />
    <path className="leaf" d="M70 300c0-14 8-22 20-22s20 8 20 22z" />
    {/* The bird on the roof */}
    <path className="bird" d="M146 130c9 1 12-4 14-10 3-11 10-18 20-18 6 0 10 2 13 6l9 4-8 5c-1 16-11 27-26 27-11 0-18-5-22-14z" />
    <circle cx="184" cy="112" r="1.75" className="eye" />
    <path d="M166 144v6M174 144v2" />
    {/* Words that fly home */}
    <path className="paper" d="M62 120a12 12 0 0 1 12-12h36a12 12 0 0 1 12 12v12a12 12 0 0 1-12 12H84l-12 10v-10a12 12 0 0 1-10-12z" />
    <path d="M76 120h32M76 131h18" />
    <path className="paper" d="M390 150a10 10 0 0 1 10-10h30a10 10 0 0 1 10 10v10a10 10 0 0 1-10 10v9l-10-9h-20a10 10 0 0 1-10-10z" />
    <path d="M402 155h26" />
  </svg>
);
