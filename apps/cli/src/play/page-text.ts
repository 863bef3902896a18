/** The page that shows a policy at play: everything in one text, as nothing else is served. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>zpin play</title>
<style>
:root { color-scheme: light dark; font: 16px system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1rem; padding: 1rem; box-sizing: border-box; }
img { max-width: 100%; max-height: 80vh; min-width: min(480px, 90vw); image-rendering: pixelated; border-radius: 4px; }
p { margin: 0; font-variant-numeric: tabular-nums; text-align: center; }
</style>
</head>
<body>
<img id="frame" alt="The environment as the policy plays in it">
<p id="text" role="status">Waiting for the first picture</p>
<script>
const image = document.getElementById('frame');
const text = document.getElementById('text');
const source = new EventSource('/frames');
source.onmessage = ({ data }) => {
  const shown = JSON.parse(data);
  image.src = 'data:image/png;base64,' + shown.png;
  text.textContent = shown.text;
};
source.addEventListener('end', () => {
  source.close();
  text.textContent += ' (over)';
});
source.onerror = () => {
  text.textContent = 'The command has ended';
};
</script>
</body>
</html>
`;
