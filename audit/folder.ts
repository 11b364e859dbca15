import { open, readdir } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { isOf, type Trail, TrailError } from './trail.ts'

/**
 * The objects of a trail as files, as `aws s3 sync` or `sallyport dev --audit` writes them. Hidden files, which systems put into folders
 * by themselves, are passed over. A {@link TrailError} says that there is no such folder.
 */
export function openFolder(path: string): Trail {
  const root = resolve(path)
  return {
    async *objects(days, findings) {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(error => {
        throw unreadable(path, error, 'give the folder that holds the objects, or s3://bucket/prefix')
      })
      const named = entries
        .map(entry => ({
          entry,
          name: relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'),
        }))
        .filter(({ entry, name }) => !entry.isDirectory() && !/(?:^|\/)\./.test(name) && isOf(days, name))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      for (const { entry, name } of named) {
        // A link may lead to a device, or out of the folder.
        if (!entry.isFile()) {
          findings.add({ kind: 'unreadableObject', object: name, detail: 'no file' })
          continue
        }
        const file = join(root, name)
        yield {
          name,
          read: async () => {
            const handle = await open(file).catch(error => {
              throw unreadable(file, error, 'see that you may read it')
            })
            return handle.createReadStream()
          },
        }
      }
    },
  }
}

function unreadable(path: string, error: unknown, fix: string): TrailError {
  const { code } = error as NodeJS.ErrnoException
  const given =
    code === 'ENOTDIR' ? 'no folder' : code === 'ENOENT' ? 'not there' : `cannot be read (${code})`
  return new TrailError(path, given, fix, { cause: error })
}
