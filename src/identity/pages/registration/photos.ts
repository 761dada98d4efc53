import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { problemOf } from '../../../pages/index.ts';
import { displayName, findUser } from '../../people/index.ts';
import {
  findPhoto,
  findPhotoNote,
  registrationWords,
  removePhoto,
  takePhoto,
} from '../../registration/index.ts';
import type { PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

const UPLOAD_MAX_BYTES = 8_388_608; // of a picture straight from a camera, so that a page can say that it is too large

/** The picture of a person: only for those who work for the registration authority [EXPERIENCE 4.6]. */
export function photoPages(parts: PageParts): readonly Page[] {
  const path = '/ra/users/:user/photo';
  return [
    {
      method: 'GET',
      path,
      handle: registrar(parts, 'agent', (request, who) => photoView(parts, request, who, [])),
    },
    {
      method: 'POST',
      path,
      bodyMaxBytes: UPLOAD_MAX_BYTES,
      handle: registrar(parts, 'agent', change(parts)),
    },
    {
      method: 'GET',
      path: '/ra/users/:user/picture',
      handle: registrar(parts, 'agent', async (request) => {
        const photo = await findPhoto(parts.database, request.parts['user'] ?? '');
        if (photo === null) return problemOf({ kind: 'NotFound' }, request.requestId);
        return { picture: photo.bytes, mediaType: photo.mediaType };
      }),
    },
  ];
}

async function photoView(
  { database }: PageParts,
  { parts, requestId }: PageRequest,
  who: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const user = await findUser(database, parts['user'] ?? '');
  if (user === null) return problemOf({ kind: 'NotFound' }, requestId);
  const name = displayName(user);
  return {
    view: 'registration/photo.njk',
    title: `Photo of ${name}`,
    visitor: who.visitor,
    errors,
    model: { userId: user.userId, name, photo: await findPhotoNote(database, user.userId) },
  };
}

function change(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { form } = request;
    const { database } = parts;
    const userId = request.parts['user'] ?? '';
    const isRemoval = form.text('act') === 'remove';
    const done = isRemoval
      ? await removePhoto(database, userId, who.by)
      : await takePhoto(database, userId, form.file('photo'), who.by);
    if (done.ok) return { to: `/ra/users/${userId}?done=${isRemoval ? 'no-photo' : 'photo'}` };
    const text =
      done.error.kind === 'PhotoMissing' ? 'Choose a picture' : registrationWords(done.error);
    return photoView(parts, request, who, [{ field: 'photo', text }]);
  };
}
