// A picture is cut to a square and made small in the browser: that sends little, and nothing of the file but its pixels leaves the device.
const most = 64 * 1024 * 1024;

async function shrink(file, size) {
  const image = await createImageBitmap(file);
  const side = Math.min(image.width, image.height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.min(size, side);
  const pen = canvas.getContext('2d');
  pen.imageSmoothingQuality = 'high';
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.9));
}

// What the browser cannot read goes as it is: the server says what is wrong with it.
export async function read(input, size) {
  const file = input.files[0];
  const small = file.size <= most ? await shrink(file, size).catch(() => null) : null;
  input.value = '';
  return small ?? file;
}
