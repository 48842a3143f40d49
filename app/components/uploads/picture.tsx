import { SIZES, sizeUrl, sizesOf, type ImageData } from "#app/domain/images/image.ts";

interface PictureProps {
  image: ImageData;
  /** What it shows; "" where the words beside it say it. */
  alt: string;
  /** How wide it stands on the page, as the `sizes` of an img: "(min-width: 60rem) 20rem, 50vw". */
  sizes: string;
  className?: string;
  /** Among the first things on the page: loaded at once. */
  eager?: boolean;
}

/** A picture in as many pixels as its place needs. Width and height are known before it loads, so nothing moves. */
export function Picture({ image, alt, sizes, className, eager = false }: PictureProps) {
  const shown = sizesOf(image);
  const srcSet = shown.map(({ size, width }) => `${sizeUrl(image.url, size)} ${width}w`).join(", ");
  const middle = shown.find(({ size }) => size === SIZES[1])?.size ?? null;
  return (
    <img
      src={sizeUrl(image.url, middle)}
      srcSet={srcSet}
      sizes={sizes}
      width={image.width}
      height={image.height}
      alt={alt}
      loading={eager ? "eager" : "lazy"}
      decoding="async"
      draggable={false}
      className={className}
    />
  );
}
