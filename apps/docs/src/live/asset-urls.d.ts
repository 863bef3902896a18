declare module '*?url' {
  /** Address under which the site serves the file. */
  const url: string;
  export default url;
}
